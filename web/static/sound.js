// The page of a track: its waveform, in which it can be sought, and what is heard over time.

import { now } from "./deck.js";
import { clock } from "./player.js";
import { current } from "./queue.js";

const STEP = 5; // seconds that an arrow key moves
const SVG = "http://www.w3.org/2000/svg";
let following = false;

export function startSound(main) {
  const sound = main.querySelector("#sound[data-track]");
  if (!sound) return;
  const part = partsOf(sound);
  const seconds = Number(sound.dataset.seconds);
  const draw = fetched(`/api/v1/tracks/${sound.dataset.track}/waveform`)
    .then((response) => response.json())
    .then((waveform) => { part.slider.replaceChildren(drawing(waveform)); })
    .catch((error) => {
      part.trouble.textContent = error.message;
      part.trouble.hidden = false;
    });
  part.mel.addEventListener("error", () => { part.mel.hidden = true; });
  makeSlider(part, seconds);
  part.line.addEventListener("click", (event) => {
    const { left, width } = part.line.getBoundingClientRect();
    seek(part, ((event.clientX - left) / width) * seconds);
  });
  whenSeen(part["over-time"], async () => {
    await draw; // one after the other, as the server makes them
    const place = part["over-time"];
    const link = place.querySelector("a");
    place.setAttribute("aria-busy", "true");
    try {
      const page = new DOMParser().parseFromString(await (await fetched(link.href)).text(), "text/html");
      place.replaceChildren(page.getElementById("over-time"));
    } catch (error) {
      place.textContent = error.message;
    }
    place.removeAttribute("aria-busy");
  });
  if (!following) {
    following = true; // once for all pages, of which a later one may be left and come back to
    document.addEventListener("deck-changed", follow);
    document.addEventListener("page-shown", follow);
  }
  follow();
}

// The answer, or an error that says in words why there is none.
async function fetched(address) {
  const response = await fetch(address, { headers: { "X-Fragment": "page" } }).catch(() => {
    throw new Error("The server did not answer. Is mir still running?");
  });
  if (!response.ok) throw new Error((await response.json()).detail);
  return response;
}

function partsOf(sound) {
  return Object.fromEntries([...sound.querySelectorAll("[data-part]")].map((node) => [node.dataset.part, node]));
}

function drawing({ peaks, levels }) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 -1 ${peaks.length} 2`);
  svg.setAttribute("preserveAspectRatio", "none");
  const most = Math.max(0.01, ...peaks); // quiet music is drawn as high as loud music
  for (const [name, values] of [["peaks", peaks], ["levels", levels]]) {
    const path = document.createElementNS(SVG, "path");
    const heights = values.map((value) => Math.max(value / most, 0.01).toFixed(3));
    const above = heights.map((height, at) => `${at},-${height} ${at + 1},-${height}`);
    const below = heights.map((height, at) => `${at + 1},${height} ${at},${height}`).reverse();
    path.setAttribute("d", `M${above.join(" ")} ${below.join(" ")}Z`);
    path.setAttribute("class", name);
    svg.append(path);
  }
  return svg;
}

function makeSlider(part, seconds) {
  const slider = part.slider;
  slider.hidden = false;
  slider.tabIndex = 0;
  const facts = { role: "slider", "aria-label": "Position in the track", "aria-valuemin": 0, "aria-valuemax": Math.round(seconds) };
  for (const [name, value] of Object.entries(facts)) slider.setAttribute(name, value);
  tell(slider, 0, seconds);
  slider.addEventListener("keydown", (event) => {
    const at = Number(slider.getAttribute("aria-valuenow"));
    const to = { ArrowLeft: at - STEP, ArrowDown: at - STEP, ArrowRight: at + STEP, ArrowUp: at + STEP, PageDown: at - seconds / 10, PageUp: at + seconds / 10, Home: 0, End: seconds - STEP, Enter: at }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    seek(part, Math.min(Math.max(to, 0), seconds));
  });
}

// The player plays from the moment of a link that is clicked.
function seek(part, second) {
  part.seek.dataset.moment = second.toFixed(2);
  part.seek.click();
}

function tell(slider, at, seconds) {
  slider.setAttribute("aria-valuenow", at.toFixed(1));
  slider.setAttribute("aria-valuetext", `${clock(at)} of ${clock(seconds)}`);
}

function follow() {
  const sound = document.querySelector("main #sound[data-track]");
  if (!sound) return;
  const part = partsOf(sound);
  const mine = current()?.id === sound.dataset.track;
  const seconds = Number(sound.dataset.seconds);
  const at = mine ? now() : 0;
  part.played.hidden = !mine;
  part.played.style.setProperty("width", `${Math.min(at / seconds, 1) * 100}%`);
  tell(part.slider, at, seconds);
}

function whenSeen(element, then) {
  new IntersectionObserver((seen, watching) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    watching.disconnect();
    then();
  }, { rootMargin: "200px" }).observe(element);
}
