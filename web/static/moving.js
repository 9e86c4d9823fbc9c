// Moves between pages by exchanging <main>, so that the player keeps playing. A page left is
// kept as it was (its answer, its chosen clip) for the way back. Any failure falls back to an
// ordinary load.

const kept = new Map(); // place in the history -> {main, title, scroll}
const KEPT = 20;
let place = 0;
let moves = 0; // a later move overtakes an earlier one that is still loading
let enter = () => {};

export function startMoving(starter) {
  enter = starter;
  place = history.state?.place ?? 0;
  history.replaceState({ place }, "");
  markCurrent();

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest("a[href]");
    if (!link || link.target || "full" in link.dataset || link.hasAttribute("download")) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin) return;
    if (url.hash && url.pathname === location.pathname && url.search === location.search) return;
    event.preventDefault();
    go(url);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "get" || "full" in form.dataset) return;
    event.preventDefault();
    const url = new URL(form.action);
    url.search = new URLSearchParams(new FormData(form)).toString();
    go(url);
  });

  addEventListener("popstate", (event) => {
    const wanted = event.state?.place;
    if (wanted === undefined) {
      markCurrent(); // only the fragment changed
      return;
    }
    keep();
    place = wanted;
    const page = kept.get(wanted);
    if (page) {
      moves += 1;
      exchange(page.main, page.title);
      scrollTo(0, page.scroll);
    } else {
      load(new URL(location.href), undefined, event.state.scroll);
    }
  });
}

// What a form was answered with: the page it stands on, as it is now, or another one.
export function answered(url, text) {
  const page = pageOf(text);
  moves += 1;
  if (url.pathname === location.pathname && url.search === location.search) {
    const { scrollX, scrollY } = window;
    enter(show(page));
    scrollTo(scrollX, scrollY);
  } else {
    leave(url);
    const main = show(page);
    scrollTo(0, 0);
    enter(main);
  }
}

function go(url) {
  load(url, leave);
}

function leave(url) {
  keep();
  history.replaceState({ place, scroll: scrollY }, ""); // for when the page is not kept any more
  place += 1;
  for (const later of kept.keys()) if (later >= place) kept.delete(later);
  history.pushState({ place }, "", url);
}

function pageOf(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  if (!page.querySelector("main")) throw new Error("not a page of ours");
  return page;
}

async function load(url, arrive = () => {}, scroll = 0) {
  moves += 1;
  const move = moves;
  let page;
  let there = url;
  try {
    const response = await fetch(url, { headers: { Accept: "text/html" } });
    if (new URL(response.url).pathname === "/login") throw new Error("signed out meanwhile");
    if (!response.headers.get("Content-Type")?.startsWith("text/html")) throw new Error("not a page");
    page = pageOf(await response.text());
    there = new URL(response.url); // where the address led to
    there.hash = url.hash;
  } catch {
    if (move === moves) location.assign(url);
    return;
  }
  if (move !== moves) return;
  arrive(there);
  const main = show(page);
  scrollTo(0, 0);
  enter(main); // which may scroll to where a long list is to begin
  const target = url.hash && document.getElementById(url.hash.slice(1));
  if (target) target.scrollIntoView();
  else if (scroll) scrollTo(0, scroll);
}

function keep() {
  kept.set(place, { main: document.querySelector("main"), title: document.title, scroll: scrollY });
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
}

function show(page) {
  const main = document.adoptNode(page.querySelector("main"));
  exchange(main, page.title);
  return main;
}

function exchange(main, title) {
  document.querySelector("main").replaceWith(main);
  document.title = title;
  markCurrent();
  main.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("page-shown"));
}

function markCurrent() {
  for (const link of document.querySelectorAll(".top nav a")) {
    const here = link.getAttribute("href") === "/" ? location.pathname === "/" : location.pathname.startsWith(link.getAttribute("href"));
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}
