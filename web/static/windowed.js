// Long lists whose rows are fetched when they are scrolled to. The list is as high as all of its
// rows together, so the scroll bar tells the truth; only rows in and around the window are in it,
// and those that were fetched are kept for the way back.
//
// A list says by `data-rows` where its rows are (with offset and limit), by `data-total` how many
// there are, and by `data-offset` where those that the page came with begin.

const BLOCK = 50; // rows that are fetched together
const KEPT = 60; // blocks that are remembered
const AROUND = 25; // rows beyond the window on either side
const FETCHES = 2; // at a time
const HIGHEST = 15_000_000; // pixels; browsers cut what is higher

const lists = new WeakMap(); // list -> its state

let planned = 0;

export function startWindowed() {
  addEventListener("scroll", plan, { passive: true });
  addEventListener("resize", () => shownLists().forEach(measureAgain));
  document.addEventListener("page-shown", plan);
  document.addEventListener("keydown", onKey);
}

export function enterWindowed(main) {
  for (const list of main.querySelectorAll("[data-rows]")) if (!lists.has(list)) begin(list);
}

function begin(list) {
  const total = Number(list.dataset.total);
  const offset = Number(list.dataset.offset);
  const rows = [...list.children];
  if (rows.length === 0 || rows.length >= total) return;
  const height = tallest(rows);
  if (height * total > HIGHEST) return; // it keeps its pages
  const state = { list, total, height, blocks: new Map(), attached: new Set(), fetching: new Set() };
  lists.set(list, state);
  list.replaceChildren();
  list.classList.add("windowed");
  for (let at = 0; at < rows.length; at += 1) {
    const whole = offset % BLOCK === 0 && (rows.length - at >= BLOCK || offset + rows.length === total);
    if (at % BLOCK === 0 && whole) state.blocks.set((offset + at) / BLOCK, rows.slice(at, at + BLOCK));
  }
  list.parentElement.querySelectorAll(":scope > .pager").forEach((pager) => pager.remove());
  resize(state);
  if (offset) scrollTo(0, list.getBoundingClientRect().top + scrollY + offset * height - 80);
  update(state);
}

function shownLists() {
  return [...document.querySelectorAll("main .windowed")].map((list) => lists.get(list)).filter(Boolean);
}

function plan() {
  planned ||= requestAnimationFrame(() => {
    planned = 0;
    shownLists().forEach(update);
  });
}

function tallest(rows) {
  return Math.max(...rows.map((row) => row.getBoundingClientRect().height));
}

function resize(state) {
  state.list.style.setProperty("--row", `${state.height}px`);
  state.list.style.setProperty("height", `${state.height * state.total}px`);
}

// Rows are another height on another width; the row at the top stays there.
function measureAgain(state) {
  const rows = [...state.list.children];
  if (!rows.length) return;
  const first = Math.max(0, -state.list.getBoundingClientRect().top / state.height);
  state.list.classList.add("measured");
  const height = tallest(rows);
  state.list.classList.remove("measured");
  if (!height || height === state.height) return;
  state.height = height;
  resize(state);
  for (const block of state.attached) place(state, block);
  if (first) scrollTo(0, state.list.getBoundingClientRect().top + scrollY + first * height);
  update(state);
}

function wanted(state) {
  const top = -state.list.getBoundingClientRect().top;
  const last = Math.min(state.total - 1, Math.floor((top + innerHeight) / state.height) + AROUND);
  const first = Math.min(last, Math.max(0, Math.floor(top / state.height) - AROUND));
  const blocks = [];
  for (let block = Math.floor(first / BLOCK); block * BLOCK <= last; block += 1) blocks.push(block);
  return blocks;
}

function update(state) {
  if (!state.list.isConnected) return;
  const blocks = wanted(state);
  for (const block of state.attached) if (!blocks.includes(block) && !holdsFocus(state, block)) detach(state, block);
  let shown = false;
  for (const block of blocks) {
    if (state.attached.has(block)) continue;
    if (state.blocks.has(block)) {
      attach(state, block);
      shown = true;
    } else fetchBlock(state, block);
  }
  if (shown) document.dispatchEvent(new CustomEvent("results-shown"));
}

function attach(state, block) {
  const rows = state.blocks.get(block);
  const after = [...state.attached].filter((other) => other > block).sort((a, b) => a - b)[0];
  const before = after === undefined ? null : state.blocks.get(after)[0];
  state.attached.add(block);
  for (const row of rows) state.list.insertBefore(row, before);
  place(state, block);
}

function place(state, block) {
  state.blocks.get(block).forEach((row, at) => {
    row.style.setProperty("top", `${(block * BLOCK + at) * state.height}px`);
    row.setAttribute("aria-posinset", block * BLOCK + at + 1);
    row.setAttribute("aria-setsize", state.total);
  });
}

function detach(state, block) {
  for (const row of state.blocks.get(block)) row.remove();
  state.attached.delete(block);
  // The block used last is the last of the map.
  const rows = state.blocks.get(block);
  state.blocks.delete(block);
  state.blocks.set(block, rows);
  for (const old of state.blocks.keys()) {
    if (state.blocks.size <= KEPT) break;
    if (!state.attached.has(old)) state.blocks.delete(old);
  }
}

function holdsFocus(state, block) {
  return state.blocks.get(block).some((row) => row.contains(document.activeElement));
}

// While the scroll bar is dragged most rows pass unseen: what is fetched next is what is seen then.
async function fetchBlock(state, block) {
  if (state.fetching.size >= FETCHES || state.fetching.has(block)) return;
  state.fetching.add(block);
  let again = true;
  try {
    state.blocks.set(block, await fetchRows(state.list.dataset.rows, block * BLOCK, BLOCK));
    if (!state.blocks.get(block).length) again = false;
  } catch {
    again = false; // scrolling asks again
  }
  state.fetching.delete(block);
  if (again) update(state);
}

export async function fetchRows(address, offset, limit) {
  const url = new URL(address, location.href);
  url.searchParams.set("offset", offset);
  url.searchParams.set("limit", limit);
  const response = await fetch(url, { headers: { Accept: "text/html" } });
  if (!response.ok || new URL(response.url).pathname !== url.pathname) throw new Error("no rows");
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return [...page.body.children].map((row) => document.adoptNode(row));
}

// Up, down, home and end move between rows, on whatever of a row has the focus.
function onKey(event) {
  const state = lists.get(event.target.closest?.(".windowed"));
  const row = event.target.closest?.("[aria-posinset]");
  if (!state || !row || event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input, select")) return;
  const at = Number(row.getAttribute("aria-posinset")) - 1;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: state.total - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  focusRow(state, Math.min(Math.max(to, 0), state.total - 1), [...row.querySelectorAll("a, button")].indexOf(event.target));
}

async function focusRow(state, at, control) {
  const top = state.list.getBoundingClientRect().top + at * state.height;
  const room = document.querySelector("#player:not([hidden])")?.offsetHeight ?? 0;
  if (top < 80) scrollBy({ top: top - 80, behavior: "instant" });
  else if (top + state.height > innerHeight - room) scrollBy({ top: top + state.height - innerHeight + room, behavior: "instant" });
  update(state);
  for (let tries = 0; tries < 100 && state.list.isConnected; tries += 1) {
    const row = state.list.querySelector(`[aria-posinset="${at + 1}"]`);
    const parts = row && [...row.querySelectorAll("a, button")];
    if (parts) {
      (parts[Math.min(control, parts.length - 1)] ?? row).focus({ preventScroll: true });
      update(state);
      return;
    }
    await new Promise((done) => { setTimeout(done, 50); });
  }
}
