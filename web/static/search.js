// The search page: take a clip, ask, and exchange what changed. The clip stays in the form,
// so a changed filter sends it again.

import { takeDropped } from "./drop.js";
import { add, clear } from "./filters.js";
import { startRecorder } from "./recorder.js";

const SETTLED = 200; // milliseconds without a further change of the filters after which is asked
const PATIENCE = 4_000; // milliseconds after which it is said why it takes so long

export function startSearch(main) {
  const form = main.querySelector("#ask");
  const clip = main.querySelector("#clip");
  const drop = main.querySelector("#drop");
  const filters = main.querySelector("#filters");
  let asking = null;
  let patience = 0;
  let settling = 0;

  clip.addEventListener("change", () => { if (clip.files.length) ask(true); });
  filters.addEventListener("change", (event) => {
    add(event.target);
    askAgain();
  });
  filters.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-clears]");
    if (!chip || !clip.files.length) return; // a link to the page without that filter
    event.preventDefault();
    clear(form, chip.dataset);
    chip.remove();
    filters.querySelector("summary").focus();
    askAgain();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (clip.files.length) ask(Boolean(event.submitter), event.submitter);
  });
  takeDropped(main, clip, drop, () => ask(true));
  startRecorder(main, clip, () => ask(true));

  function askAgain() {
    clearTimeout(settling);
    if (clip.files.length) settling = setTimeout(ask, SETTLED, false);
  }

  // `button` is what the form was sent by, if anything: one asks what was played when.
  async function ask(fresh, button = null) {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    const file = clip.files[0];
    main.querySelector("[data-part=name]").textContent = file.name;
    trouble("");
    const limit = Number(form.dataset.limit);
    if (file.size > limit) {
      trouble(`The file has ${megabytes(file.size)} and this server takes ${megabytes(limit)}: cut a shorter clip, or run mir identify --timeline FILE in a terminal, which takes files of any size.`);
      return;
    }
    busy(true, fresh);
    try {
      const response = await fetch("/", { method: "POST", body: new FormData(form, button), headers: { "X-Fragment": "search" }, signal: mine.signal });
      if (!response.ok) {
        const problem = await response.json();
        trouble(problem.detail);
        return;
      }
      show(new DOMParser().parseFromString(await response.text(), "text/html"));
    } catch (error) {
      if (error.name !== "AbortError") trouble("The server did not answer. Is mir still running?");
    } finally {
      if (asking === mine) busy(false);
    }
  }

  function show(page) {
    for (const id of ["heard", "results", "in-use"]) {
      main.querySelector(`#${id}`).replaceChildren(...page.getElementById(id).childNodes);
    }
    form.dataset.answered = "";
    filters.hidden = page.getElementById("filters").hidden; // they do not hold for what was played
    main.querySelector("#shelf")?.remove();
    hint("Drop or choose another clip at any time.");
    const told = [...main.querySelectorAll("[data-part=recognised], [data-part=summary]")].map((one) => one.textContent.trim());
    main.querySelector("#announce").textContent = told.join(". ");
    document.title = page.title;
    document.dispatchEvent(new CustomEvent("results-shown"));
  }

  function busy(is, fresh) {
    main.querySelector("#busy").hidden = !(is && fresh); // a filter dims the results instead
    main.querySelector("#results").setAttribute("aria-busy", String(is));
    clearTimeout(patience);
    if (is && fresh) {
      hint("Listening…");
      patience = setTimeout(hint, PATIENCE, "Still listening. A long recording is looked through from end to end, which can take a minute or more.");
    }
    if (is) main.querySelector("#announce").textContent = "Listening to the clip.";
  }

  function hint(text) {
    main.querySelector("[data-part=hint]").textContent = text;
  }

  function trouble(text) {
    const notice = main.querySelector("#trouble");
    notice.textContent = text;
    notice.hidden = !text;
    if (text) {
      main.querySelector("#announce").textContent = "";
      hint("Drop or choose another clip.");
    }
  }
}

function megabytes(size) {
  return `${Math.ceil(size / 2 ** 20)} MB`;
}
