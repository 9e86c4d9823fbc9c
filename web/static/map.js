// The page of the map: fetches where every track lies, and joins view, points and pointer with what
// stands around them: names of genres, the card of a track, what the lasso took.

import { chosenTracks, placesWithin, trackWith } from "./map_chosen.js";
import { follow } from "./map_pointer.js";
import { drawer, OTHERS } from "./map_points.js";
import { MapView } from "./map_view.js";
import { current, playTracks, trackOfHit } from "./queue.js";

const SCALE = 10_000; // of the numbers that the server sends
const NEAR = 14; // pixels within which a track is pointed at
const PATIENCE = 90; // milliseconds before a track is asked for
const CLOSE = 12; // how close one is brought to a track that the address names

export async function startMap(main) {
  const part = Object.fromEntries([...main.querySelectorAll("[data-map]")].map((node) => [node.dataset.map, node]));
  if (!part.map) return;
  let map;
  try {
    const response = await fetch("/api/v1/map");
    map = await response.json();
    if (!response.ok) throw new Error(map.detail);
  } catch (error) {
    part.wait.textContent = error.message || "The server did not answer. Is mir still running?";
    return;
  }
  if (!main.isConnected) return;
  part.wait.hidden = true;
  new Page(main, part, map).start();
}

class Page {
  constructor(main, part, map) {
    Object.assign(this, { main, part, ids: map.ids, genres: map.genres });
    this.x = Float32Array.from(map.x, (value) => value / SCALE);
    this.y = Float32Array.from(map.y, (value) => value / SCALE);
    this.colour = Uint8Array.from(map.genre, (genre) => (genre < 0 ? OTHERS : Math.min(genre, OTHERS)));
    this.middles = middles(this.x, this.y, this.colour);
    this.hidden = new Set(); // colours
    this.view = new MapView();
    this.due = 0;
    this.playing = -1; // the place of the track that plays
    this.shown = -1; // the place of the track on the card
    this.kept = false; // whether the card stays when the mouse goes on
  }

  start() {
    const { part } = this;
    this.points = drawer(part.canvas, { x: this.x, y: this.y, genre: this.colour });
    this.say = chosenTracks(part, () => this.choose([]));
    const keys = follow(part.map, part.canvas, this.view, {
      moved: () => this.redraw(), pointed: (...where) => this.point(...where),
      lassoing: () => part.lasso.getAttribute("aria-pressed") === "true", lassoed: (...drawn) => this.lasso(...drawn),
    });
    for (const [name, act] of Object.entries(keys)) part[name].addEventListener("click", () => { act(); this.redraw(); });
    part.lasso.addEventListener("click", () => this.setLasso(part.lasso.getAttribute("aria-pressed") !== "true"));
    part.legend.addEventListener("click", (event) => this.toggle(event.target.closest("[data-genre-at]")));
    this.field("play").addEventListener("click", () => playTracks([trackOfHit({ track: this.card })], 0, { source: { kind: "map" } }));
    new ResizeObserver(() => this.resize()).observe(part.map);
    const again = () => { if (this.main.isConnected) this.look(); };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
    for (const name of ["track-started", "page-shown"]) document.addEventListener(name, again);
    this.resize();
    this.showAsked();
    this.look();
  }

  // What the address asks for: a track to show, or one genre alone.
  showAsked() {
    const { track, genre } = this.part.map.dataset;
    const place = track ? this.ids.indexOf(Number(track)) : -1;
    if (place >= 0) {
      this.view.show(this.x[place], this.y[place], CLOSE);
      this.show(place, true);
    } else if (track) {
      this.part.trouble.textContent = `Track ${track} is not on the map; it may not have been heard yet.`;
      this.part.trouble.hidden = false;
    }
    const alone = this.genres.findIndex((name) => name.toLowerCase() === genre.toLowerCase());
    if (alone >= 0) {
      this.hidden = new Set(Array(OTHERS + 1).keys());
      this.hidden.delete(Math.min(alone, OTHERS));
    }
  }

  resize() {
    const { canvas, map } = this.part;
    const density = Math.min(devicePixelRatio || 1, 2);
    this.view.resize(map.clientWidth || 1, map.clientHeight || 1);
    canvas.width = Math.round(map.clientWidth * density);
    canvas.height = Math.round(map.clientHeight * density);
    this.redraw();
  }

  redraw() {
    this.due ||= requestAnimationFrame(() => {
      this.due = 0;
      this.draw();
    });
  }

  draw() {
    const { part, view } = this;
    this.points.draw(view, this.palette, part.canvas.width / view.width);
    part.names.replaceChildren(...this.names());
    this.put(part.mark, this.shown);
    this.put(part.playing, this.playing);
  }

  // What no move of the map changes: the colours, what of them is hidden, which track plays.
  look() {
    this.palette = this.colours();
    this.playing = current()?.id ? this.ids.indexOf(Number(current().id)) : -1;
    for (const button of this.part.legend.querySelectorAll("button")) button.setAttribute("aria-pressed", String(!this.hidden.has(colourOf(button))));
    this.redraw();
  }

  // As the legend has them; genres beyond the commonest share the last one, and are hidden together.
  colours() {
    const alpha = this.ids.length > 20_000 ? 0.55 : 0.85;
    return Array.from({ length: OTHERS + 1 }, (_, n) => {
      const entry = this.part.legend.children[n];
      const named = (entry && getComputedStyle(entry).getPropertyValue("--dot").trim()) || "#8a8178";
      const shades = [1, 3, 5].map((at) => parseInt(named.slice(at, at + 2), 16) / 255);
      return [...shades, this.hidden.has(n) ? 0 : alpha];
    });
  }

  // The names of the commonest genres where the middle of each lies, as long as they have room.
  names() {
    const taken = [];
    return this.middles.flatMap(([x, y], genre) => {
      if (x === undefined || this.hidden.has(genre)) return [];
      const [left, top] = this.view.toScreen(x, y);
      const outside = left < 20 || top < 15 || left > this.view.width - 20 || top > this.view.height - 15;
      if (outside || taken.some(([l, t]) => Math.abs(l - left) < 90 && Math.abs(t - top) < 26)) return [];
      taken.push([left, top]);
      const name = document.createElement("span");
      name.textContent = this.genres[genre];
      name.style.left = `${left}px`;
      name.style.top = `${top}px`;
      return [name];
    });
  }

  put(circle, place) {
    circle.setAttribute("visibility", place >= 0 ? "visible" : "hidden");
    if (place < 0) return;
    const [left, top] = this.view.toScreen(this.x[place], this.y[place]);
    circle.setAttribute("cx", left);
    circle.setAttribute("cy", top);
  }

  point(left, top, kept) {
    if (this.kept && !kept) return;
    clearTimeout(this.waiting);
    const place = this.nearest(left, top);
    if (place < 0) this.show(-1, false);
    else this.waiting = setTimeout(() => this.show(place, kept), kept ? 0 : PATIENCE);
  }

  nearest(left, top) {
    const [x, y] = this.view.toMap(left, top);
    let best = -1;
    let least = (NEAR / this.view.scale) ** 2;
    for (let n = 0; n < this.x.length; n += 1) {
      const far = (this.x[n] - x) ** 2 + (this.y[n] - y) ** 2;
      if (far < least && !this.hidden.has(this.colour[n])) {
        least = far;
        best = n;
      }
    }
    return best;
  }

  async show(place, kept) {
    this.kept = kept && place >= 0;
    if (place === this.shown) return;
    this.shown = place;
    this.redraw();
    if (place < 0) this.part.card.hidden = true;
    const track = place < 0 ? null : await trackWith(this.ids[place]);
    if (this.shown !== place || !track) return;
    this.card = track;
    this.part.card.hidden = false;
    this.field("cover").src = `/tracks/${track.id}/cover`;
    this.field("title").textContent = track.title;
    this.field("title").href = `/tracks/${track.id}`;
    this.field("by").textContent = track.artists.join(", ") || track.album_artist || "Unknown artist";
    this.field("play").setAttribute("aria-label", `Play ${track.title}`);
  }

  field(name) {
    return this.part.card.querySelector(`[data-card=${name}]`);
  }

  toggle(button) {
    if (!button) return;
    const colour = colourOf(button);
    if (!this.hidden.delete(colour)) this.hidden.add(colour);
    this.look();
  }

  setLasso(is) {
    this.part.lasso.setAttribute("aria-pressed", String(is));
    this.part.map.classList.toggle("lassoing", is);
    if (!is) this.part.outline.setAttribute("points", "");
  }

  lasso(outline, done) {
    this.part.outline.setAttribute("points", outline.map(({ left, top }) => `${left},${top}`).join(" "));
    if (!done) return;
    const around = outline.map(({ left, top }) => this.view.toMap(left, top));
    this.setLasso(false);
    this.choose(placesWithin(this.x, this.y, around, (n) => !this.hidden.has(this.colour[n])));
  }

  choose(places) {
    const mask = new Uint8Array(this.ids.length);
    for (const place of places) mask[place] = 1;
    this.points.choose(mask);
    this.say(places.map((place) => this.ids[place]));
    this.redraw();
  }
}

const colourOf = (button) => Math.min(Number(button.dataset.genreAt), OTHERS);

// The median place of each of the colours that stand for one genre; [] where there is none.
function middles(x, y, colour) {
  const lists = Array.from({ length: OTHERS }, () => [[], []]);
  colour.forEach((genre, n) => {
    if (genre === OTHERS) return;
    lists[genre][0].push(x[n]);
    lists[genre][1].push(y[n]);
  });
  return lists.map((axes) => axes.map((values) => values.sort((one, other) => one - other)[values.length >> 1]));
}
