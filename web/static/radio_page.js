// The page of the radio: what it plays from is chosen here, and what comes is shown, with what a
// like or a skip has changed. The radio itself goes on without the page.

import { clock } from "./player.js";
import { skip } from "./queue.js";
import { begin, onAir, retune, stop } from "./radio.js";

const PAUSE = 200; // milliseconds of typing after which tracks are looked for
const GONE = 3; // titles that are named

const shows = new WeakMap(); // <main> -> the radio that it is the page of

export async function startRadioPage(main) {
  if (onAir() && !location.search) await showRunning(main);
  else if (String(fieldsOf(main)) === String(onAir()?.fields)) shows.set(main, onAir());
  main.addEventListener("click", (event) => {
    const button = event.target.closest("button[id]");
    if (button?.id === "start-radio") startHere(main);
    else if (button?.id === "go-on") goOnHere(main);
    else if (button?.id === "stop-radio") stop();
    else if (button?.id === "skip-this") skip();
    else if (button?.id === "like-this") document.querySelector("#player [data-part=like]").click();
  });
  main.addEventListener("change", (event) => {
    if (event.target.form?.id === "tune") tuned(main);
  });
  main.querySelector("#tune").addEventListener("submit", (event) => {
    event.preventDefault();
    tuned(main);
  });
  suggest(main);
  draw();
}

document.addEventListener("radio-changed", draw);
document.addEventListener("page-shown", draw);

function fieldsOf(main) {
  const chosen = [...new FormData(main.querySelector("#tune"))].filter(([, value]) => value !== "");
  return new URLSearchParams(chosen);
}

// Whoever comes back to the page without asking for anything sees what is on.
async function showRunning(main) {
  const air = onAir();
  const page = await pageFor(air.fields);
  if (!page) return;
  shows.set(main, air);
  main.replaceChildren(...page.querySelector("main").childNodes);
}

async function pageFor(fields) {
  const response = await fetch(`/radio?${fields}`, { headers: { Accept: "text/html" } }).catch(() => null);
  return response?.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
}

async function startHere(main) {
  const problem = await begin(fieldsOf(main));
  if (!problem) {
    shows.set(main, onAir());
    draw();
    main.querySelector("#skip-this").focus(); // the button that was pressed is gone
    return;
  }
  say(main, problem);
}

function goOnHere(main) {
  shows.set(main, onAir());
  retune(fieldsOf(main));
}

async function tuned(main) {
  const fields = fieldsOf(main);
  history.replaceState(history.state, "", `/radio?${fields}`);
  if (onAir() && shows.get(main) === onAir()) {
    retune(fields);
    return;
  }
  const page = await pageFor(fields);
  if (!page) {
    say(main, "That cannot be asked; correct the filters.");
    return;
  }
  main.querySelector(".air").replaceChildren(...page.querySelector(".air").childNodes);
  draw();
}

function suggest(main) {
  const input = main.querySelector("#find-seed input[type=search]");
  const list = main.querySelector("#suggested");
  let timer = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const text = input.value.trim();
      const answer = text ? await fetch(`/api/v1/tracks?limit=8&q=${encodeURIComponent(text)}`).then((response) => response.json()).catch(() => null) : { tracks: [] };
      if (text !== input.value.trim() || !answer?.tracks) return;
      list.replaceChildren(...answer.tracks.map((track) => suggestion(list.dataset.base, track)));
    }, PAUSE);
  });
}

function suggestion(base, track) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.className = "chip";
  link.href = `${base}seed=${track.id}`;
  link.append("+ ", element("span", track.title), element("small", track.artists.join(", ")));
  item.append(link);
  return item;
}

function element(name, text) {
  const made = document.createElement(name);
  made.dir = "auto";
  made.textContent = text;
  return made;
}

// What is shown of the radio, where its page is what is shown.

function draw() {
  const main = document.querySelector("main[data-page=radio]");
  const list = main?.querySelector("#next");
  if (!list) return;
  const air = onAir();
  const mine = air !== null && shows.get(main) === air;
  place(main, mine);
  main.querySelector("#start-radio").hidden = mine || !list.children.length;
  main.querySelector("#go-on").hidden = mine || !air;
  main.querySelector("#stop-radio").hidden = !mine;
  main.querySelector("#now").hidden = !mine || !air.now;
  main.querySelector("#next-title").textContent = mine ? "Comes next" : "Comes first";
  if (!mine) return;
  if (air.now) main.querySelector("#now-playing").replaceChildren(row(main, air.now));
  main.querySelector("#like-this").setAttribute("aria-pressed", String(air.liked.includes(String(air.now?.track.id))));
  list.replaceChildren(...air.coming.map((hit) => row(main, hit, air.change)));
  say(main, air.over && !air.change ? "Nothing else fits: the radio ends with this track." : changeOf(air));
  document.dispatchEvent(new CustomEvent("results-shown"));
}

// While it plays, what plays comes first on the page; what it began with can wait.
function place(main, mine) {
  const air = main.querySelector(".air");
  const seeds = main.querySelector(".seeds");
  const first = Boolean(air.compareDocumentPosition(seeds) & Node.DOCUMENT_POSITION_FOLLOWING);
  if (mine && !first) seeds.before(air);
  else if (!mine && first) main.querySelector("#tune").after(air);
}

function say(main, text) {
  const place = main.querySelector("#change");
  if (place.textContent !== text) place.textContent = text;
}

function changeOf({ change, coming }) {
  if (!change) return "";
  if (change.why === "trouble") return change.title;
  const because = { skipped: `Because you skipped “${change.title}”`, liked: `Because you liked “${change.title}”`, unliked: `As you took back that you like “${change.title}”`, tuned: "As you tuned it" }[change.why];
  const { fresh, moved, gone } = change;
  if (!fresh.size) return `${because}: ${moved.size ? "the order of what comes is another" : "what comes stays, as nothing else is nearer"}.`;
  const rest = gone.length > GONE ? ` and ${gone.length - GONE} more` : "";
  const lost = gone.length ? ` Gone: ${gone.slice(0, GONE).join(", ")}${rest}.` : "";
  return `${because}: ${fresh.size} of the next ${coming.length} ${fresh.size === 1 ? "is" : "are"} new.${lost}`;
}

function row(main, hit, change = null) {
  const { track } = hit;
  const item = main.querySelector("#air-row").content.firstElementChild.cloneNode(true);
  const by = track.artists.join(", ") || track.album_artist || "";
  const button = item.querySelector(".play");
  Object.assign(button.dataset, { play: track.id, title: track.title, by, album: track.album ?? "", sound: track.audio_url, type: track.audio_type, length: track.seconds });
  if (track.start !== null) Object.assign(button.dataset, { start: track.start, end: track.end, file: track.files[0] });
  button.setAttribute("aria-label", `Play ${track.title}${by ? ` by ${by}` : ""}`);
  item.querySelector(".cover").src = `/tracks/${track.id}/cover`;
  const title = item.querySelector(".track-title");
  title.textContent = track.title;
  title.href = `/tracks/${track.id}`;
  item.querySelector(".track-by").textContent = [by, track.album, track.year].filter(Boolean).join(" · ") || "Unknown artist";
  item.querySelector(".track-why").textContent = relations(hit).join(" · ");
  item.querySelector(".track-length").textContent = clock(Math.round(track.seconds));
  mark(item, track.id, change);
  return item;
}

// The reasons without that of the passages, whose moments are on the page of the track.
function relations({ reasons, why }) {
  return why.passages?.pairs > 1 ? reasons.slice(0, -1) : reasons;
}

function mark(item, id, change) {
  const by = change?.moved?.get(id);
  const fresh = change?.fresh?.has(id);
  item.classList.toggle("fresh", Boolean(fresh));
  const chip = item.querySelector(".air-mark");
  chip.textContent = fresh ? "new" : by ? `${by > 0 ? "up" : "down"} ${Math.abs(by)}` : "";
  chip.hidden = !chip.textContent;
}
