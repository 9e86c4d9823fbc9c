// Two audio elements that take turns: one sounds, the other fetches what comes next, so that
// hardly a gap is heard. What the browser cannot play it gets in a coded form. On the document:
// "track-started" {track, source}, "track-left" {track, source, seconds, length, reason}, of which
// `seconds` were heard; "deck-changed" when there is something else to show.

import { current, goOn, next, source } from "./queue.js";

const AHEAD = 15; // seconds before the end from which on the next track is fetched
const PIECE = 590; // seconds; a coded form ends after ten minutes, and goes on in another piece
const elements = [...document.querySelectorAll("#player audio")];
const form = elements[0].canPlayType('audio/ogg; codecs="opus"') ? "opus" : "mp3";
const loads = new Map(); // element -> {track, coded, base}: base is where a coded form begins
let audio = elements[0];
let heard = 0; // seconds of the track that plays
let tick = 0;
let note = "";

export function startDeck() {
  document.addEventListener("track-wanted", ({ detail }) => start(detail));
  for (const each of elements) {
    const mine = (handle) => () => { if (each === audio) handle(); };
    each.addEventListener("timeupdate", mine(passTime));
    each.addEventListener("seeking", mine(() => { tick = audio.currentTime; }));
    for (const name of ["durationchange", "play", "pause"]) each.addEventListener(name, mine(changed));
    each.addEventListener("ended", mine(end));
    each.addEventListener("error", () => fail(each));
  }
}

export const paused = () => audio.paused;
export const said = () => note;

// Where in the track it is, in seconds.
export function now() {
  const load = loads.get(audio);
  if (!load) return 0;
  const second = load.coded ? load.base + audio.currentTime : audio.currentTime - load.track.start;
  return Math.min(Math.max(second, 0), length() || Infinity);
}

export function length() {
  const { track, coded } = loads.get(audio) ?? {};
  if (!track) return 0;
  if (track.end) return track.end - track.start;
  return !coded && Number.isFinite(audio.duration) ? audio.duration : track.length;
}

export function toggle() {
  if (!audio.paused) audio.pause();
  else if (atEnd()) seek(0, true);
  else sound();
}

export function pause() {
  audio.pause();
}

export function seek(second, play = !audio.paused) {
  const load = loads.get(audio);
  if (!load) return;
  if (load.coded) fetchInto(audio, load.track, second, true);
  else audio.currentTime = load.track.start + second;
  if (play) sound();
  changed();
}

export function loudness() {
  return { volume: audio.volume, muted: audio.muted };
}

export function setLoudness({ volume, muted }) {
  for (const each of elements) Object.assign(each, { volume, muted });
  changed();
}

// The page goes: what was heard so far is told.
export function leave() {
  left("replaced");
}

function start({ track, seconds, reason }) {
  left(reason);
  const ready = elements.find((each) => each !== audio && loads.get(each)?.track === track && !seconds);
  audio.pause();
  audio.removeAttribute("data-sounds");
  if (ready) audio = ready;
  else fetchInto(audio, track, seconds);
  audio.dataset.sounds = "";
  heard = 0;
  tick = audio.currentTime;
  note = "";
  sound();
  tell("track-started", { track, source: source() });
  changed();
}

function fetchInto(element, track, second, coded = Boolean(track.id && track.type && !element.canPlayType(track.type))) {
  loads.set(element, { track, coded, base: coded ? second : 0 });
  const [file] = track.sound.split("#");
  if (coded) element.src = `${file}?form=${form}&start=${second.toFixed(3)}`;
  else element.src = second ? `${file}#t=${track.start + second}` : track.sound;
}

function sound() {
  audio.play().catch(() => {}); // a refusal shows in the state of the button
}

function passTime() {
  const passed = audio.currentTime - tick;
  if (passed > 0 && passed < 2) heard += passed;
  tick = audio.currentTime;
  if (!audio.seeking && !loads.get(audio)?.coded && atEnd()) end();
  else if (length() && length() - now() < AHEAD) fetchNext();
  changed();
}

function fetchNext() {
  const other = elements.find((each) => each !== audio);
  const track = next();
  if (track && loads.get(other)?.track !== track) fetchInto(other, track, 0);
}

// A track may be a span of its file. The address says so (#t=…), which a browser heeds once: it stops at
// the end, but not if the listener has sought meanwhile, nor does it then tell that the track has ended.
function atEnd() {
  const { track } = loads.get(audio) ?? {};
  return Boolean(track?.end) && now() >= length() - 0.02;
}

function end() {
  const { track, coded, base } = loads.get(audio);
  if (!track.end && !audio.ended) return;
  if (coded && audio.currentTime > PIECE && length() - now() > 1) {
    fetchInto(audio, track, base + audio.currentTime, true);
    sound();
  } else if (!goOn() && !audio.paused) audio.pause();
}

function fail(element) {
  const load = loads.get(element);
  if (!load || !element.hasAttribute("src")) return;
  if (!load.coded && load.track.id) {
    fetchInto(element, load.track, element === audio ? now() : 0, true);
    if (element === audio) sound();
  } else if (element === audio) {
    note = "This browser cannot play the file, or the file is gone.";
    changed();
  } else loads.delete(element);
}

function left(reason) {
  const load = loads.get(audio);
  if (!load || !("sounds" in audio.dataset)) return;
  tell("track-left", { track: load.track, source: source(), seconds: heard, length: length(), reason });
  heard = 0;
}

function changed() {
  tell("deck-changed", { track: current() });
}

function tell(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}
