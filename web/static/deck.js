// Two audio elements that take turns: one sounds, the other fetches what comes next, so that
// hardly a gap is heard. What the browser cannot play it gets in a coded form. On the document:
// "track-started" {track, source}, "track-left" {track, source, seconds, length, reason}, of which
// `seconds` were heard; "deck-changed" when there is something else to show.

import { whyNot } from "./away.js";
import { current, goOn, next, source } from "./queue.js";

const AHEAD = 15; // seconds before the end from which on the next track is fetched
const NEAR = 0.6; // seconds before the end of a span from which on it is awaited to the millisecond
const JOINED = 0.05; // seconds between two spans of a file that are played without a break
const PIECE = 590; // seconds; a coded form ends after ten minutes, and goes on in another piece
const GOT = 0.5; // seconds of a coded form after which it is known to play
const CALM = 250; // milliseconds without another wish before a coded form is asked for anew
const elements = [...document.querySelectorAll("#player audio")];
const form = elements[0].canPlayType('audio/ogg; codecs="opus"') ? "opus" : "mp3";
const loads = new Map(); // element -> {track, coded, base, failed}: base is where a coded form begins
let audio = elements[0];
let heard = 0; // seconds of the track that plays
let tick = 0;
let untold = false; // something of the track was heard, or it began, and nobody was told that it was left
let wish = null; // {second, play, timer}: where in a coded form to go, in a moment
let ending = 0; // a timer
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
  if (wish) return wish.second;
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
  else if (audio.error) fetchAgain();
  else if (audio.ended || atEnd()) seek(0, true);
  else sound();
}

export function pause() {
  audio.pause();
}

export function seek(second, play = wish?.play ?? !audio.paused) {
  const load = loads.get(audio);
  if (!load) return;
  if (load.coded) {
    forgetWish(); // of a slider that is drawn, the server need not hear each place
    wish = { second, play, timer: setTimeout(seekCoded, CALM) };
  } else {
    audio.currentTime = load.track.start + second;
    if (play) sound();
  }
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
  const joined = reason === "ended" && joins(track);
  left(reason);
  forgetWish();
  clearTimeout(ending);
  const ready = elements.find((each) => each !== audio && loads.get(each)?.track === track && !loads.get(each).failed);
  audio.removeAttribute("data-sounds");
  if (joined) loads.set(audio, { track, coded: false, base: 0 });
  else if (ready && !seconds) audio = ready;
  else fetchInto(audio, track, seconds);
  audio.dataset.sounds = "";
  heard = 0;
  tick = audio.currentTime;
  untold = true;
  note = "";
  sound();
  // An element keeps no old track, to be gone on with in its midst. Emptied by a key of the
  // listener's, it may sound without one later, also in browsers that ask for a key each.
  for (const each of elements) if (each !== audio) empty(each);
  tell("track-started", { track, source: source() });
  changed();
}

function fetchInto(element, track, second, coded = Boolean(track.id && track.type && !element.canPlayType(track.type))) {
  loads.set(element, { track, coded, base: coded ? second : 0, failed: false });
  const from = track.start + second;
  if (coded) element.src = `${fileOf(track)}?form=${form}&start=${second.toFixed(3)}`;
  else element.src = from ? `${fileOf(track)}#t=${from}` : fileOf(track);
}

const fileOf = (track) => track.sound.split("#")[0];

function empty(element) {
  loads.delete(element);
  element.pause();
  element.removeAttribute("src");
  element.load();
}

function seekCoded() {
  const { second, play } = wish;
  wish = null;
  fetchInto(audio, loads.get(audio).track, second, true);
  if (play) sound();
  changed();
}

function forgetWish() {
  clearTimeout(wish?.timer);
  wish = null;
}

function sound() {
  audio.play().catch(() => {}); // a refusal shows in the state of the button
}

function passTime() {
  const passed = audio.currentTime - tick;
  if (passed > 0 && passed < 2) {
    heard += passed;
    untold = true;
  }
  tick = audio.currentTime;
  const { track, coded } = loads.get(audio) ?? {};
  const rest = length() - now();
  clearTimeout(ending);
  if (!audio.seeking && !coded && atEnd()) end();
  else if (length() && rest < AHEAD) {
    if (track.end && !coded && rest < NEAR && !audio.paused) ending = setTimeout(passTime, rest * 1000);
    fetchNext();
  }
  changed();
}

function fetchNext() {
  const other = elements.find((each) => each !== audio);
  const track = next();
  if (track && !joins(track) && loads.get(other)?.track !== track) fetchInto(other, track, 0);
}

// Does the track begin in the same file where the one that sounds ends? Then it sounds on.
function joins(track) {
  const { track: here, coded } = loads.get(audio) ?? {};
  return Boolean(here?.file && here.end && !coded && here.file === track.file && Math.abs(track.start - here.end) < JOINED);
}

// A track may be a span of its file, at whose end the element would play on.
function atEnd() {
  const { track } = loads.get(audio) ?? {};
  return Boolean(track?.end) && now() >= length() - 0.01;
}

function end() {
  const { track, coded, base } = loads.get(audio);
  if (wish || (!track.end && !audio.ended)) return;
  if (coded && audio.currentTime > PIECE && length() - now() > 1) {
    fetchInto(audio, track, base + audio.currentTime, true);
    sound();
  } else if (!goOn()) {
    audio.pause();
    left("ended");
  }
}

// A file that does not play is asked for in a coded form; where that fails as well, it is left out.
async function fail(element) {
  const load = loads.get(element);
  if (!load || !element.hasAttribute("src")) return;
  if (!load.coded && load.track.id) {
    fetchInto(element, load.track, element === audio ? now() : 0, true);
    if (element === audio) sound();
    return;
  }
  // A connection that was paused for long is let go of: what is left is asked for anew.
  if (load.coded && element === audio && element.currentTime > GOT) {
    const playing = !element.paused;
    fetchInto(element, load.track, now(), true);
    if (playing) sound();
    return;
  }
  load.failed = true;
  if (element !== audio) return; // it is tried once more when its turn comes
  audio.pause();
  const { lost, reason } = await whyNot(load.track, audio.src);
  if (load !== loads.get(audio)) return; // something else was chosen meanwhile
  if (lost && goOn()) note = `“${load.track.title}” was left out. ${reason}`;
  else note = reason;
  changed();
}

// Play tries once more, from where it was, what could not be had.
function fetchAgain() {
  note = "";
  fetchInto(audio, loads.get(audio).track, now());
  sound();
  changed();
}

function left(reason) {
  const load = loads.get(audio);
  if (!load || !untold) return;
  untold = false;
  tell("track-left", { track: load.track, source: source(), seconds: heard, length: length(), reason });
  heard = 0;
}

function changed() {
  tell("deck-changed", { track: current() });
}

function tell(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}
