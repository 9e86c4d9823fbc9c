// What plays and what comes after it, whoever filled it. It knows nothing of sound and looks: it
// tells by events on the document. "queue-changed": anything; "track-wanted": this track is to
// play from that second on, and why the one before it was left.
//
// A track is {id, title, by, album, sound, type, file, start, end, length}: `id` is null for a clip of
// the listener's own; `sound` the address of its file, of media type `type`, in which it lies from
// `start` to `end`, if it is not all of it: then `file` names the file, which others lie in, too;
// `length` is in seconds, 0 where it is not known.

let tracks = [];
let at = -1;
let filledBy = null; // what the queue is, for whoever goes on filling it: {kind: "radio"}

export const current = () => tracks[at] ?? null;
export const next = () => tracks[at + 1] ?? null;
export const upcoming = () => tracks.slice(at + 1);
export const source = () => filledBy;
export const hasPrevious = () => at > 0;

export function trackOfHit({ track }) {
  return {
    id: String(track.id), title: track.title, by: track.artists.join(", ") || track.album_artist || "", album: track.album ?? "",
    sound: track.audio_url, type: track.audio_type, file: track.end ? track.files[0] : "", start: track.start ?? 0, end: track.end ?? 0, length: track.seconds,
  };
}

export function playTracks(list, index = 0, { seconds = 0, source: from = null } = {}) {
  if (!list[index]) return;
  tracks = [...list];
  filledBy = from;
  play(index, seconds, "replaced");
}

export function replaceUpcoming(list) {
  tracks = [...tracks.slice(0, at + 1), ...list];
  changed();
}

export function appendTracks(list) {
  if (!current()) {
    playTracks(list);
    return;
  }
  tracks.push(...list);
  changed();
}

export function playNext(track) {
  if (current()) replaceUpcoming([track, ...upcoming()]);
  else playTracks([track]);
}

// The following take places among what comes, from 0.

export function jump(place) {
  if (tracks[at + 1 + place]) play(at + 1 + place, 0, "skipped");
}

export function remove(place) {
  tracks.splice(at + 1 + place, 1);
  changed();
}

export function move(place, to) {
  const [track] = tracks.splice(at + 1 + place, 1);
  tracks.splice(at + 1 + to, 0, track);
  changed();
}

export function shuffle() {
  const rest = upcoming();
  for (let last = rest.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [rest[last], rest[other]] = [rest[other], rest[last]];
  }
  replaceUpcoming(rest);
}

export function skip() {
  if (next()) play(at + 1, 0, "skipped");
}

export function goBack() {
  if (at > 0) play(at - 1, 0, "replaced");
}

// The track is over; false where nothing follows.
export function goOn() {
  if (!next()) return false;
  play(at + 1, 0, "ended");
  return true;
}

function play(index, seconds, reason) {
  at = index;
  document.dispatchEvent(new CustomEvent("track-wanted", { detail: { track: current(), seconds, reason } }));
  changed();
}

function changed() {
  document.dispatchEvent(new CustomEvent("queue-changed"));
}
