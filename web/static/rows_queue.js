// Fills the queue from a long list: from the row that was chosen on, and as it runs out with what
// follows in the list, whether its rows are on the page or not.

import { appendTracks, playTracks, source, upcoming } from "./queue.js";
import { fetchRows } from "./windowed.js";

const AHEAD = 20; // tracks that the queue has before it runs out
const MORE = 100;

let trackOf = null;

export function startRowsQueue(reader) {
  trackOf = reader;
  document.addEventListener("queue-changed", goOn);
}

export const isLong = (list) => Boolean(list?.classList.contains("windowed"));

// From that button's row on; without one from the first row.
export async function playLong(list, button, seconds = 0) {
  const from = { kind: "rows", rows: list.dataset.rows, next: 0, total: Number(list.dataset.total), busy: false };
  const here = button ? rowsFrom(button.closest("[aria-posinset]")) : [];
  let tracks = tracksOf(here);
  if (button) from.next = Number(here.at(-1).getAttribute("aria-posinset"));
  else {
    const rows = await fetchRows(from.rows, 0, MORE);
    tracks = tracksOf(rows);
    from.next = rows.length;
  }
  playTracks(tracks, 0, { seconds, source: from });
}

function rowsFrom(row) {
  const rows = [row];
  for (;;) {
    const following = rows.at(-1).nextElementSibling;
    const place = Number(rows.at(-1).getAttribute("aria-posinset"));
    if (Number(following?.getAttribute("aria-posinset")) !== place + 1) return rows;
    rows.push(following);
  }
}

function tracksOf(rows) {
  return rows.map((row) => row.querySelector("[data-play]")).filter(Boolean).map((one) => trackOf(one, one.dataset.play));
}

async function goOn() {
  const from = source();
  if (from?.kind !== "rows" || from.busy || from.next >= from.total || upcoming().length >= AHEAD) return;
  from.busy = true;
  try {
    const rows = await fetchRows(from.rows, from.next, MORE);
    if (source() !== from) return; // something else was chosen meanwhile
    from.next = rows.length ? from.next + rows.length : from.total;
    appendTracks(tracksOf(rows));
  } catch {
    // The next track asks again.
  } finally {
    from.busy = false;
  }
}
