// The queue as a panel above the player, and the keys beside it that act on the track that plays.

import { leave } from "./deck.js";
import { keepTracks } from "./keep_tracks.js";
import { clock, say } from "./player.js";
import { like, likesTrack, remembers, setRemembers } from "./plays.js";
import { current, jump, move, remove, replaceUpcoming, shuffle, upcoming } from "./queue.js";

const MOST = 100; // rows shown at once
const KEEPABLE = 1000; // entries of a playlist that are sent at once
const player = document.getElementById("player");
const panel = document.getElementById("queue");
const part = Object.fromEntries([...panel.querySelectorAll("[data-queue]")].map((node) => [node.dataset.queue, node]));
const opener = player.querySelector("[data-part=queue]");
const count = player.querySelector("[data-part=count]");
const heart = player.querySelector("[data-part=like]");
let drawn = []; // the tracks of the rows

export function startQueuePanel() {
  opener.addEventListener("click", () => show(panel.hidden));
  part.close.addEventListener("click", () => show(false));
  part.clear.addEventListener("click", () => { replaceUpcoming([]); part.close.focus(); });
  part.shuffle.addEventListener("click", shuffle);
  part.keep.addEventListener("submit", keepAsPlaylist);
  part.remember.checked = remembers();
  part.remember.addEventListener("change", () => setRemembers(part.remember.checked));
  part.list.addEventListener("click", change);
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") show(false); });
  heart.addEventListener("click", likeIt);
  document.addEventListener("queue-changed", draw);
  document.addEventListener("track-started", showHeart);
  document.addEventListener("likes-changed", showHeart);
  addEventListener("pagehide", leave);
}

function show(is) {
  panel.hidden = !is;
  opener.setAttribute("aria-expanded", String(is));
  if (is) {
    draw();
    part.close.focus();
  } else opener.focus();
}

function draw() {
  const coming = upcoming();
  count.textContent = coming.length || "";
  opener.setAttribute("aria-label", coming.length ? `Queue, ${coming.length} to come` : "Queue");
  if (panel.hidden) return;
  part.now.textContent = current()?.title ?? "";
  const held = heldRow();
  drawn = coming.slice(0, MOST);
  part.list.replaceChildren(...drawn.map(row));
  if (held) holdRow(held);
  part.more.textContent = coming.length > MOST ? `And ${coming.length - MOST} more.` : coming.length ? "" : "Nothing comes after it.";
  part.clear.disabled = part.shuffle.disabled = !coming.length;
}

function row(track, place) {
  const made = part.row.content.cloneNode(true);
  const say_ = (name, text) => { made.querySelector(`[data-row=${name}]`).textContent = text; };
  say_("title", track.title);
  say_("by", track.by);
  say_("why", track.why ?? "");
  say_("length", track.length ? clock(track.length) : "");
  if (track.fresh) made.firstElementChild.classList.add("fresh");
  for (const button of made.querySelectorAll("button")) {
    button.dataset.place = place;
    button.setAttribute("aria-label", `${button.title}: ${track.title}`);
    if (button.dataset.do === "up") button.disabled = place === 0;
    if (button.dataset.do === "down") button.disabled = place + 1 >= upcoming().length;
  }
  return made;
}

function change(event) {
  const button = event.target.closest("button[data-do]");
  if (!button) return;
  const { do: what, place: text } = button.dataset;
  const place = Number(text);
  if (what === "play") jump(place);
  else if (what === "remove") remove(place);
  else move(place, what === "up" ? place - 1 : place + 1);
}

// The row that is worked at by keyboard, and with which of its keys.
function heldRow() {
  const button = document.activeElement?.closest("#queue button[data-do]");
  return button && { track: drawn[Number(button.dataset.place)], what: button.dataset.do, place: Number(button.dataset.place) };
}

// Whoever works by keyboard stays with the track, or with what took its place.
function holdRow({ track, what, place }) {
  const is = drawn.indexOf(track);
  const rows = part.list.children;
  const found = rows[is < 0 ? Math.min(place, rows.length - 1) : is];
  const button = found?.querySelector(`[data-do=${what}]:enabled`) ?? found?.querySelector("button") ?? part.close;
  button.focus();
}

async function keepAsPlaylist(event) {
  event.preventDefault();
  const tracks = [current(), ...upcoming()].filter((track) => track?.id).map((track) => Number(track.id));
  const name = part.name.value.trim();
  if (!tracks.length || !name) return;
  const { kept, said } = await keepTracks(name, tracks.slice(0, KEEPABLE));
  part.kept.textContent = said;
  if (kept) part.name.value = "";
}

async function likeIt() {
  const track = current();
  if (!track?.id) return;
  const trouble = await like(track.id);
  if (trouble) say(trouble);
}

function showHeart() {
  const id = current()?.id;
  heart.hidden = !id;
  heart.setAttribute("aria-pressed", String(likesTrack(id)));
}
