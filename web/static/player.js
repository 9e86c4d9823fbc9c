// The bar at the bottom: what plays, its keys, and those of the system (Media Session).

import { length, loudness, now, pause, paused, said, seek, setLoudness, startDeck, toggle } from "./deck.js";
import { current, goBack, hasPrevious, next, skip } from "./queue.js";
import { read, write } from "./storage.js";

const STEP = 10; // seconds that the keys of the system seek by
const ARROW = 5; // seconds that an arrow seeks by where the position has the focus
const LOUDNESS = "mir.loudness"; // where the browser keeps it
const player = document.getElementById("player");
const part = Object.fromEntries([...player.querySelectorAll("[data-part]")].map((node) => [node.dataset.part, node]));
const sprite = part.toggle.querySelector("use").getAttribute("href").split("#")[0];
const noCover = document.querySelector("link[rel=icon]").href;
let note = "";

export function startPlayer() {
  startDeck();
  part.toggle.addEventListener("click", toggle);
  part.previous.addEventListener("click", previous);
  part.next.addEventListener("click", skip);
  part.seek.addEventListener("input", () => seek(Number(part.seek.value)));
  part.seek.addEventListener("keydown", seekByArrow);
  part.mute.addEventListener("click", () => keepLoudness({ ...loudness(), muted: !loudness().muted }));
  part.volume.addEventListener("input", () => keepLoudness({ volume: Number(part.volume.value), muted: false }));
  document.addEventListener("track-started", ({ detail }) => showTrack(detail.track));
  document.addEventListener("deck-changed", showState);
  document.addEventListener("queue-changed", showState);
  document.addEventListener("keydown", byKey);
  startMediaSession();
  setLoudness(keptLoudness());
}

export function say(text) {
  note = text;
  showState();
}

export function setIcon(button, name) {
  button.querySelector("use").setAttribute("href", `${sprite}#${name}`);
}

export function clock(seconds) {
  const whole = Math.floor(seconds);
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  const rest = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

function previous() {
  if (now() > 4 || !hasPrevious()) seek(0);
  else goBack();
}

function showTrack(track) {
  player.hidden = false;
  note = "";
  part.cover.src = track.id ? `/tracks/${track.id}/cover` : noCover;
  part.title.textContent = track.title;
  part.title.href = track.id ? `/tracks/${track.id}` : "/";
  part.by.textContent = track.by;
  if ("mediaSession" in navigator) {
    navigator.mediaSession.metadata = new MediaMetadata({ title: track.title, artist: track.by, album: track.album ?? "", artwork: [{ src: part.cover.src }] });
  }
}

function showState() {
  const sounding = !paused();
  setIcon(part.toggle, sounding ? "pause" : "play");
  part.toggle.setAttribute("aria-label", sounding ? "Pause" : "Play");
  part.next.disabled = !next();
  const text = said() || note;
  if (part.note.textContent !== text) part.note.textContent = text;
  const all = length();
  const at = now();
  part.seek.max = Math.max(all, 0.1);
  part.seek.value = at;
  part.seek.setAttribute("aria-valuetext", `${clock(at)} of ${clock(all)}`);
  part.now.textContent = clock(at);
  part.length.textContent = clock(all);
  const { volume, muted } = loudness();
  part.volume.value = muted ? 0 : volume;
  part.mute.setAttribute("aria-pressed", String(muted));
  setIcon(part.mute, muted || !volume ? "mute" : "volume");
  if ("mediaSession" in navigator && current()) {
    navigator.mediaSession.playbackState = sounding ? "playing" : "paused";
    if (all) navigator.mediaSession.setPositionState({ duration: all, position: Math.min(at, all) });
  }
}

function startMediaSession() {
  if (!("mediaSession" in navigator)) return;
  const actions = {
    play: () => { if (paused()) toggle(); }, pause, stop: pause, previoustrack: previous, nexttrack: skip,
    seekto: ({ seekTime }) => seek(seekTime),
    seekbackward: ({ seekOffset }) => seek(Math.max(now() - (seekOffset || STEP), 0)),
    seekforward: ({ seekOffset }) => seek(Math.min(now() + (seekOffset || STEP), length())),
  };
  for (const [action, handle] of Object.entries(actions)) {
    try {
      navigator.mediaSession.setActionHandler(action, handle);
    } catch {
      // This browser does not know the action.
    }
  }
}

// Space, where it does nothing else; Ctrl with an arrow, where no text is edited.
function byKey(event) {
  if (!current() || event.defaultPrevented || event.metaKey || event.altKey) return;
  const field = event.target.closest?.("input:not([type=checkbox], [type=range]), select, textarea, [contenteditable]");
  const control = event.target.closest?.("a, button, input, select, textarea, summary, [tabindex='0']");
  if (event.key === " " && !event.ctrlKey && !control) toggle();
  else if (event.ctrlKey && event.key === "ArrowRight" && !field) skip();
  else if (event.ctrlKey && event.key === "ArrowLeft" && !field) previous();
  else return;
  event.preventDefault();
}

// A tenth of a second, as the slider is cut, would be no step for an arrow.
function seekByArrow(event) {
  const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
  if (!way || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  seek(Math.min(Math.max(now() + way * ARROW, 0), length()));
}

function keepLoudness(loud) {
  setLoudness(loud);
  write(LOUDNESS, loud);
}

function keptLoudness() {
  const { volume = 1, muted = false } = read(LOUDNESS, {});
  return { volume: Math.min(Math.max(Number(volume) || 0, 0), 1), muted: Boolean(muted) };
}
