// The radio: asks what comes next while the player plays it, on whatever page one is. It names what
// it has played, so nothing comes twice, and what was liked and skipped, which changes what comes.
// `radio-changed` on document tells that any of this is different now.

import { appendTracks, playTracks, replaceUpcoming, trackOfHit } from "./queue.js";

const SOURCE = { kind: "radio" };
const AHEAD = 8; // tracks that are known beforehand
const LEAST = 4; // fewer are filled up
const MOST_NAMED = 500; // tracks of a list that the API takes
let air = null; // what is on, as begin() makes it
let asked = 0; // a later question overtakes an earlier one
let steering = false; // what comes is being asked for anew

export const onAir = () => air;

export function startRadio() {
  document.addEventListener("track-started", ({ detail }) => started(detail));
  document.addEventListener("track-left", ({ detail }) => left(detail));
  document.addEventListener("track-liked", ({ detail }) => liked(detail));
}

// Plays from these fields of GET /api/v1/radio on; what the problem is, or "" where there is none.
export async function begin(fields) {
  const next = {
    fields: new URLSearchParams(fields), played: [], liked: [], skipped: [],
    coming: [], hits: new Map(), now: null, heard: 0, change: null, over: false,
  };
  const { hits, problem } = await ask(next, AHEAD + 1);
  if (problem) return problem;
  if (!hits?.length) return "No track passes: take a filter away.";
  air = next;
  steering = false;
  take(hits, []);
  playTracks(hits.map((hit) => queued(hit)), 0, { source: SOURCE });
  return "";
}

export function stop() {
  air = null;
  replaceUpcoming([]);
  tell();
}

// Go on with other fields: what plays stays, what was played, liked and skipped counts on.
export function retune(fields) {
  air.fields = new URLSearchParams(fields);
  steer("tuned");
}

function started({ track, source }) {
  if (!air) return;
  if (source?.kind !== SOURCE.kind) {
    air = null; // something else plays
    tell();
    return;
  }
  if (!air.played.includes(track.id)) air.played.push(track.id);
  air.now = air.hits.get(track.id) ?? null;
  const at = air.coming.findIndex((hit) => String(hit.track.id) === track.id);
  air.coming = air.coming.slice(at + 1);
  air.change = null;
  tell();
  if (!steering && air.coming.length < LEAST) fill();
}

function left({ track, source, seconds, length, reason }) {
  if (!air?.now || source?.kind !== SOURCE.kind) return; // what begin() replaced is none of this radio
  air.heard += seconds || 0;
  if (reason !== "skipped" || seconds > length / 2) return; // heard for the better part
  air.skipped.push(track.id);
  air.liked = air.liked.filter((id) => id !== track.id);
  steer("skipped", track.title);
}

function liked({ id, liked: is }) {
  const hit = air?.hits.get(id);
  if (!hit) return;
  air.liked = [...air.liked.filter((other) => other !== id), ...(is ? [id] : [])];
  air.skipped = air.skipped.filter((other) => other !== id);
  steer(is ? "liked" : "unliked", hit.track.title);
}

// Asks for all that comes anew, and notes what is different for it.
async function steer(why, title = "") {
  steering = true;
  await null; // the track after a skipped one starts first
  const mine = air;
  const { hits, problem, late } = await ask(mine, AHEAD);
  if (late || mine !== air) return;
  steering = false;
  if (problem) {
    air.change = { why: "trouble", title: problem };
  } else {
    const before = air.coming;
    take(hits, []);
    air.change = compared(why, title, before, air.coming);
    replaceUpcoming(air.coming.map((hit) => queued(hit, air.change)));
  }
  tell();
}

// Asks for further tracks behind those that come.
async function fill() {
  const mine = air;
  const { hits, problem, late } = await ask(mine, AHEAD - air.coming.length, air.coming);
  if (late || mine !== air) return;
  if (problem) {
    air.change = { why: "trouble", title: problem };
  } else {
    const there = air.coming.length;
    take(hits, air.coming);
    appendTracks(air.coming.slice(there).map((hit) => queued(hit)));
    air.over = !air.coming.length;
  }
  tell();
}

// As the queue holds and shows it.
function queued(hit, change = null) {
  return { ...trackOfHit(hit), why: hit.reasons[0] ?? "", fresh: change?.fresh.has(hit.track.id) ?? false };
}

function take(hits, before) {
  const known = new Set([...air.played, ...before.map((hit) => String(hit.track.id))]);
  air.coming = [...before, ...hits.filter((hit) => !known.has(String(hit.track.id)))];
  for (const hit of hits) air.hits.set(String(hit.track.id), hit);
}

async function ask(radio, count, ahead = []) {
  asked += 1;
  const mine = asked;
  const query = new URLSearchParams(radio.fields);
  const whole = lengthOf(query.get("duration") ?? "");
  query.set("count", count);
  if (whole) {
    const known = [radio.now, ...ahead].reduce((sum, hit) => sum + (hit?.track.seconds ?? 0), 0);
    query.set("duration", Math.max(0, whole - radio.heard - known).toFixed(1));
  }
  const lists = { played: [...radio.played, ...ahead.map((hit) => hit.track.id)], liked: radio.liked, skipped: radio.skipped };
  for (const [name, ids] of Object.entries(lists)) {
    for (const id of ids.slice(-MOST_NAMED)) query.append(name, id);
  }
  try {
    const response = await fetch(`/api/v1/radio?${query}`);
    const answer = await response.json();
    const told = response.ok ? { hits: answer.hits } : { problem: answer.detail };
    return { ...told, late: mine !== asked };
  } catch {
    return { problem: "The server did not answer. Is mir still running?", late: mine !== asked };
  }
}

// What became of the tracks that were to come: the new ones, the ones gone, by how much others moved.
function compared(why, title, before, after) {
  const was = new Map(before.map((hit, place) => [hit.track.id, place]));
  const is = new Set(after.map((hit) => hit.track.id));
  const fresh = new Set(after.filter((hit) => !was.has(hit.track.id)).map((hit) => hit.track.id));
  const moved = new Map(after.map((hit, place) => [hit.track.id, was.get(hit.track.id) - place]).filter(([, by]) => by));
  const gone = before.filter((hit) => !is.has(hit.track.id)).map((hit) => hit.track.title);
  return { why, title, fresh, moved, gone };
}

// Seconds of 45m, 1h30m or 90; 0 for anything else.
function lengthOf(text) {
  const [, hours = 0, minutes = 0, seconds = 0] = /^(?:(\d+)h)?(?:(\d+)m)?(?:([\d.]+)s?)?$/.exec(text.trim().toLowerCase()) ?? [];
  return 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds);
}

function tell() {
  document.dispatchEvent(new CustomEvent("radio-changed"));
}
