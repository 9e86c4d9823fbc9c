// What on a page plays something: rows of tracks, moments in them, the clip that was asked with.

import { paused, seek, toggle } from "./deck.js";
import { say, setIcon } from "./player.js";
import { appendTracks, current, playNext, playTracks, replaceUpcoming, source, trackOfHit } from "./queue.js";
import { isLong, playLong, startRowsQueue } from "./rows_queue.js";

let clipFile = null;
let clipSound = ""; // the address of clipFile, for as long as it is the one

export function startPlayButtons() {
  startRowsQueue(trackOf);
  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest(selector);
    const plain = !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (on("[data-radio]")) playNear(trackOf(on("[data-radio]"), on("[data-radio]").dataset.radio));
    else if (on("[data-moment]") && plain) {
      event.preventDefault();
      playMoment(on("[data-moment]"));
    } else if (on("[data-clip-moment]")) playClip(Number(on("[data-clip-moment]").dataset.clipMoment));
    else if (on("[data-play-all]")) playAll(on("[data-play-all]"));
    else if (on("[data-enqueue]")) enqueue(on("[data-enqueue]"), event.shiftKey);
    else if (on("[data-play]")) playOrPause(on("[data-play]"));
  });
  for (const name of ["deck-changed", "page-shown", "results-shown"]) document.addEventListener(name, mark);
}

export function trackOf(button, id) {
  const { title, by, album, sound, type, file, start, end, length } = button.dataset;
  return { id, title, by, album, sound, type, file, start: Number(start ?? 0), end: Number(end ?? 0), length: Number(length ?? 0) };
}

function playOrPause(button) {
  if (current()?.id === button.dataset.play) toggle();
  else playFrom(button);
}

// Of a track whose row the page shows, the others of that list follow; a moment alone says what to play.
function playMoment(link) {
  const { of: id, moment } = link.dataset;
  const own = link.closest(".track")?.querySelector("[data-play]");
  const button = own?.dataset.play === id ? own : document.querySelector(`main [data-play="${id}"]`);
  if (current()?.id === id) seek(Number(moment), true);
  else if (button) playFrom(button, Number(moment));
  else playTracks([trackOf(link, id)], 0, { seconds: Number(moment) });
}

// The clip that was asked with is in the form of the page, and nowhere else.
function playClip(seconds) {
  const file = document.querySelector("main input[type=file][name=clip]")?.files[0];
  if (!file) return;
  if (file !== clipFile) {
    URL.revokeObjectURL(clipSound);
    clipFile = file;
    clipSound = URL.createObjectURL(file);
  }
  if (current()?.sound === clipSound) seek(seconds, true);
  else playTracks([{ id: null, title: file.name, by: "The clip", sound: clipSound, start: 0, end: 0, length: 0 }], 0, { seconds });
}

function playFrom(button, seconds = 0) {
  if (isLong(button.closest(".tracks"))) {
    playLong(button.closest(".tracks"), button, seconds);
    return;
  }
  const buttons = rows(button.closest(".tracks")) ?? [button];
  playTracks(buttons.map((one) => trackOf(one, one.dataset.play)), buttons.indexOf(button), { seconds });
}

function playAll(button) {
  const list = document.querySelector("main .tracks");
  if (isLong(list)) {
    playLong(list).catch(() => say("The server did not answer. Is mir still running?"));
    return;
  }
  const buttons = rows(document.querySelector("main"));
  if (buttons) playTracks(buttons.map((one) => trackOf(one, one.dataset.play)));
}

function rows(list) {
  const found = [...(list?.querySelectorAll("[data-play]") ?? [])];
  return found.length ? found : null;
}

function enqueue(button, asNext) {
  const track = trackOf(button, button.dataset.enqueue);
  if (asNext) playNext(track);
  else appendTracks([track]);
  say(`“${track.title}” comes ${asNext ? "next" : "last in the queue"}.`);
}

async function playNear(seed) {
  const near = { kind: "near", seed: seed.id };
  playTracks([seed], 0, { source: near });
  const response = await fetch(`/api/v1/recommendations?seed=${seed.id}&count=30`);
  const answer = await response.json();
  if (source() !== near) return; // something else was chosen meanwhile
  if (!response.ok) {
    say(answer.detail);
    return;
  }
  replaceUpcoming(answer.hits.map(trackOfHit));
  say(answer.hits.length ? `Then ${answer.hits.length} tracks that are near.` : "There is nothing near to go on with.");
}

let marked = ""; // what was shown last; time alone changes nothing here

function mark(event) {
  const state = `${current()?.id} ${paused()}`;
  if (event.type === "deck-changed" && state === marked) return;
  marked = state;
  const sounding = !paused();
  for (const button of document.querySelectorAll("main [data-play]")) {
    const mine = button.dataset.play === current()?.id;
    button.closest(".track")?.classList.toggle("sounding", mine);
    setIcon(button, mine && sounding ? "pause" : "play");
    if (!button.classList.contains("play")) button.lastChild.textContent = mine && sounding ? "Pause" : "Play";
    else {
      const by = button.dataset.by ? ` by ${button.dataset.by}` : "";
      button.setAttribute("aria-label", `${mine && sounding ? "Pause" : "Play"} ${button.dataset.title}${by}`);
    }
  }
}

