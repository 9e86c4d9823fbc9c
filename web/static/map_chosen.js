// The tracks that a lasso took: how many, some of them played, all of them kept.

import { keepTracks } from "./keep_tracks.js";
import { playTracks, trackOfHit } from "./queue.js";

const SOME = 50; // tracks that are played
const KEEPABLE = 10_000; // entries of a playlist

// The ids within an outline of map places, among those that `visible(n)` lets through.
export function placesWithin(x, y, outline, visible) {
  const inside = [];
  for (let n = 0; n < x.length; n += 1) if (visible(n) && within(x[n], y[n], outline)) inside.push(n);
  return inside;
}

// `part` are the page's parts; `none()` is called when nothing is to be chosen any more.
export function chosenTracks(part, none) {
  let ids = [];
  part.drop.addEventListener("click", none);
  part.play.addEventListener("click", playSome);
  part.keep.addEventListener("submit", keep);

  async function playSome() {
    const some = [...ids].sort(() => Math.random() - 0.5).slice(0, SOME);
    const found = await Promise.all(some.map(trackWith));
    playTracks(found.filter(Boolean).map((track) => trackOfHit({ track })), 0, { source: { kind: "map" } });
  }

  async function keep(event) {
    event.preventDefault();
    const { kept, said } = await keepTracks(part.name.value.trim(), ids.slice(0, KEEPABLE));
    part.kept.textContent = said;
    if (kept) part.name.value = "";
  }

  return (chosen) => {
    ids = chosen;
    part.chosen.hidden = !ids.length;
    part.kept.textContent = "";
    part.count.textContent = ids.length === 1 ? "1 track chosen" : `${ids.length.toLocaleString("en")} tracks chosen`;
    if (ids.length) part.name.focus({ preventScroll: true });
  };
}

export async function trackWith(id) {
  try {
    const response = await fetch(`/api/v1/tracks/${id}`);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

// Whether a point lies within an outline: how often a ray from it crosses the edges.
function within(x, y, outline) {
  let inside = false;
  for (let n = 0, before = outline.length - 1; n < outline.length; before = n, n += 1) {
    const [ax, ay] = outline[n];
    const [bx, by] = outline[before];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
