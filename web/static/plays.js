// Tells the server what was heard, skipped and liked, so that recommendations and filters know.
// What it does not take is kept in the browser and sent again; a reference for each play sees to
// it that none counts twice. The listener may switch it off.

import { current } from "./queue.js";
import { read, write } from "./storage.js";

const KEPT = "mir.plays"; // [{track, kind, at, seconds, reference, by}], not yet taken
const SWITCH = "mir.remember";
const AGAIN = 20_000; // milliseconds
const AT_ONCE = 200;
const MOST = 5_000; // plays that are kept
const FAST = 60_000; // milliseconds by which a clock is wrong and no longer only read at another moment
const ENOUGH = 240; // seconds, or half of the track, after which it was listened to
const MOMENT = 2; // seconds before which a track that is left says nothing
const listener = document.body.dataset.me ?? "";
const likes = new Map(); // track id -> id of the play that likes it
let sending = false;
let ahead = 0; // milliseconds by which the browser's clock is fast, in the eyes of the server

export function startPlays() {
  document.addEventListener("track-left", ({ detail }) => note(detail));
  document.addEventListener("track-started", ({ detail }) => recall(detail.track.id));
  addEventListener("online", send);
  setInterval(send, AGAIN);
  send();
}

export const remembers = () => read(SWITCH, true);
export const likesTrack = (id) => likes.has(id);

export function setRemembers(is) {
  write(SWITCH, is);
  if (!is) keep([]);
}

// Likes the track, or takes that back; an error in words, if there is one.
export async function like(id) {
  const known = likes.get(id);
  try {
    const response = known
      ? await fetch(`/api/v1/plays/${known}`, { method: "DELETE" })
      : await fetch("/api/v1/plays", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ track: Number(id), kind: "like" }) });
    const answer = response.status === 204 ? {} : await response.json();
    if (!response.ok) return answer.detail;
    if (known) likes.delete(id);
    else likes.set(id, answer.added[0]?.id);
    tellLiked(id, !known);
    return "";
  } catch {
    return "The server did not answer. Is mir still running?";
  }
}

// A like of another day, or of another page.
async function recall(id) {
  if (!id || likes.has(id)) return;
  try {
    const response = await fetch(`/api/v1/plays?track=${id}&kind=like&limit=1`);
    const [play] = response.ok ? (await response.json()).plays : [];
    if (!play || likes.has(id)) return;
    likes.set(id, play.id);
    document.dispatchEvent(new CustomEvent("likes-changed"));
  } catch {
    // The heart stays empty while the server is away.
  }
}

// "track-liked": the listener just did so, or took it back.
function tellLiked(id, liked) {
  const track = current()?.id === id ? current() : null;
  document.dispatchEvent(new CustomEvent("track-liked", { detail: { id, track, liked } }));
  document.dispatchEvent(new CustomEvent("likes-changed"));
}

function note({ track, seconds, length, reason }) {
  if (!track.id || !remembers() || seconds < MOMENT) return;
  const listened = seconds >= Math.min(ENOUGH, length / 2);
  if (!listened && reason !== "skipped") return;
  const play = { track: Number(track.id), kind: listened ? "listen" : "skip", at: new Date().toISOString(), seconds: Math.round(seconds * 10) / 10, reference: named() };
  keep([...kept(), { ...play, by: listener }]);
  send();
}

// randomUUID is for pages that came encrypted, or from this machine.
function named() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function send() {
  const mine = kept().filter((play) => play.by === listener).slice(0, AT_ONCE);
  if (!mine.length || sending) return;
  sending = true;
  try {
    const status = await post(mine);
    if (status < 300) forget(mine);
    else if (refused(status)) await sendEach(mine);
  } catch {
    // The server is away; the next try will tell.
  } finally {
    sending = false;
  }
}

// One that is refused, of a track that is gone, must not hold up the others.
async function sendEach(plays) {
  for (const play of plays) {
    const status = await post([play]);
    if (status < 300 || refused(status)) forget([play]);
  }
}

async function post(plays) {
  const body = JSON.stringify(plays.map(({ by, at, ...play }) => ({ ...play, at: new Date(Date.parse(at) - ahead).toISOString() })));
  const response = await fetch("/api/v1/plays", { method: "POST", headers: { "Content-Type": "application/json" }, body, keepalive: true });
  const fast = Date.now() - Date.parse(response.headers.get("Date"));
  ahead = fast > FAST ? fast : 0;
  return response.status;
}

const refused = (status) => status === 404 || status === 422;

const kept = () => read(KEPT, []);

function keep(plays) {
  write(KEPT, plays.slice(-MOST));
}

function forget(plays) {
  const sent = new Set(plays.map((play) => play.reference));
  keep(kept().filter((play) => !sent.has(play.reference)));
}
