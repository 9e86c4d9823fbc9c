// The player at the bottom: a queue of tracks, one audio element, the keys of the system.

const sprite = document.querySelector(".brand-mark use").getAttribute("href").split("#")[0];
const noCover = document.querySelector("link[rel=icon]").href;
let queue = [];
let at = -1;
let clipFile = null;
let clipSound = ""; // the address of clipFile, for as long as it is the one
let asked = 0; // a later radio overtakes an earlier one that is still being asked for

const player = document.getElementById("player");
const audio = player.querySelector("audio");
const part = Object.fromEntries([...player.querySelectorAll("[data-part]")].map((node) => [node.dataset.part, node]));

export function startPlayer() {
  document.addEventListener("click", (event) => {
    const radio = event.target.closest("[data-radio]");
    if (radio) {
      playNear(trackOf(radio, radio.dataset.radio));
      return;
    }
    const moment = event.target.closest("[data-moment]");
    if (moment && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      playMoment(moment);
      return;
    }
    const clip = event.target.closest("[data-clip-moment]");
    if (clip) {
      playClip(Number(clip.dataset.clipMoment));
      return;
    }
    const button = event.target.closest("[data-play]");
    if (!button) return;
    if (queue[at]?.id === button.dataset.play) toggle();
    else playFrom(button);
  });
  part.toggle.addEventListener("click", toggle);
  part.previous.addEventListener("click", previous);
  part.next.addEventListener("click", () => play(at + 1));
  part.seek.addEventListener("input", () => { audio.currentTime = begin() + Number(part.seek.value); });
  audio.addEventListener("timeupdate", () => { showTime(); stopAtEnd(); });
  audio.addEventListener("durationchange", showTime);
  audio.addEventListener("play", showState);
  audio.addEventListener("pause", showState);
  audio.addEventListener("ended", () => { if (audio.ended) play(at + 1); });
  audio.addEventListener("error", () => {
    if (audio.hasAttribute("src")) say("This browser cannot play the file, or the file is gone.");
  });
  document.addEventListener("page-shown", showState);
  document.addEventListener("results-shown", showState);
  if ("mediaSession" in navigator) {
    navigator.mediaSession.setActionHandler("previoustrack", previous);
    navigator.mediaSession.setActionHandler("nexttrack", () => play(at + 1));
  }
}

function trackOf(button, id) {
  const { title, by, sound, start, end } = button.dataset;
  return { id, title, by, sound, start: Number(start ?? 0), end: end && Number(end) };
}

// Of a track whose row the page shows, the others of that list follow; a moment alone says what to play.
function playMoment(link) {
  const { of: id, moment } = link.dataset;
  const own = link.closest(".track")?.querySelector("[data-play]");
  const button = own?.dataset.play === id ? own : document.querySelector(`main [data-play="${id}"]`);
  if (queue[at]?.id === id) playOn(Number(moment));
  else if (button) playFrom(button, Number(moment));
  else playAlone(trackOf(link, id), Number(moment));
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
  if (queue[at]?.sound === clipSound) playOn(seconds);
  else playAlone({ id: null, title: file.name, by: "The clip", sound: clipSound, start: 0 }, seconds);
}

function playOn(seconds) {
  audio.currentTime = begin() + seconds;
  audio.play().catch(() => {});
}

function playAlone(track, seconds) {
  queue = [track];
  play(0, seconds);
}

function playFrom(button, seconds = 0) {
  const buttons = [...(button.closest(".tracks")?.querySelectorAll("[data-play]") ?? [button])];
  queue = buttons.map((one) => trackOf(one, one.dataset.play));
  play(buttons.indexOf(button), seconds);
}

async function playNear(seed) {
  asked += 1;
  const mine = asked;
  queue = [seed];
  play(0);
  const response = await fetch(`/api/v1/recommendations?seed=${seed.id}&count=30`);
  const answer = await response.json();
  if (mine !== asked || queue.length !== 1 || queue[0] !== seed) return;
  if (!response.ok) {
    say(answer.detail);
    return;
  }
  const near = answer.hits.map(({ track }) => ({
    id: String(track.id), title: track.title, by: track.artists.join(", ") || track.album_artist || "",
    sound: track.audio_url, start: track.start ?? 0, end: track.end,
  }));
  queue = [seed, ...near];
  showState();
  say(near.length ? `Then ${near.length} tracks that are near.` : "There is nothing near to go on with.");
}

function play(index, seconds = 0) {
  if (index < 0 || index >= queue.length) return;
  at = index;
  const track = queue[at];
  player.hidden = false;
  say("");
  part.cover.src = track.id ? `/tracks/${track.id}/cover` : noCover;
  part.title.textContent = track.title;
  part.title.href = track.id ? `/tracks/${track.id}` : "/";
  part.by.textContent = track.by;
  audio.src = seconds ? `${track.sound.split("#")[0]}#t=${track.start + seconds}` : track.sound;
  audio.play().catch(() => {}); // a refusal shows in the state of the button
  if ("mediaSession" in navigator) {
    navigator.mediaSession.metadata = new MediaMetadata({ title: track.title, artist: track.by, artwork: [{ src: part.cover.src }] });
  }
  showState();
}

function previous() {
  if (audio.currentTime - begin() > 4 || at === 0) audio.currentTime = begin();
  else play(at - 1);
}

function toggle() {
  if (!audio.paused) {
    audio.pause();
    return;
  }
  if (atEnd()) audio.currentTime = begin();
  audio.play().catch(() => {});
}

// A track may be a span of its file. The address says so (#t=…), which a browser heeds once: it stops at
// the end, but not if the listener has sought meanwhile, nor does it then tell that the track has ended.

function begin() {
  return queue[at]?.start ?? 0;
}

function atEnd() {
  const { end } = queue[at] ?? {};
  return Boolean(end) && audio.currentTime >= end - 0.02;
}

function stopAtEnd() {
  if (!atEnd() || audio.seeking) return;
  if (at + 1 < queue.length) play(at + 1);
  else if (!audio.paused) audio.pause();
}

function say(text) {
  part.note.textContent = text;
}

function showState() {
  const sounding = !audio.paused;
  setIcon(part.toggle, sounding ? "pause" : "play");
  part.toggle.setAttribute("aria-label", sounding ? "Pause" : "Play");
  part.next.disabled = at + 1 >= queue.length;
  for (const button of document.querySelectorAll("main [data-play]")) {
    const mine = button.dataset.play === queue[at]?.id;
    button.closest(".track")?.classList.toggle("sounding", mine);
    setIcon(button, mine && sounding ? "pause" : "play");
    if (!button.classList.contains("play")) button.lastChild.textContent = mine && sounding ? "Pause" : "Play";
    else {
      const by = button.dataset.by ? ` by ${button.dataset.by}` : "";
      button.setAttribute("aria-label", `${mine && sounding ? "Pause" : "Play"} ${button.dataset.title}${by}`);
    }
  }
}

function setIcon(button, name) {
  button.querySelector("use").setAttribute("href", `${sprite}#${name}`);
}

function showTime() {
  const end = queue[at]?.end || (Number.isFinite(audio.duration) ? audio.duration : 0);
  const length = Math.max(end - begin(), 0);
  const now = Math.min(Math.max(audio.currentTime - begin(), 0), length);
  part.seek.max = Math.max(length, 0.1);
  part.seek.value = now;
  part.seek.setAttribute("aria-valuetext", `${clock(now)} of ${clock(length)}`);
  part.now.textContent = clock(now);
  part.length.textContent = clock(length);
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
