// The library page: follow what happens by the server's events, or by looking now and then where
// those do not come, and draw the page anew when it changed; send what its buttons say without
// leaving it, so that the player keeps playing.

const SELDOM = 8000; // ms between looks without events
const LOST = 15; // looks after which a page that was left is taken for dropped
const SETTLED = 1500; // ms in which changes become one

export function startLibrary(main) {
  main.addEventListener("submit", (event) => send(event, main));
  let last = null;
  let part = null;
  let waits = 0;
  let source = null;

  const redrawSoon = () => {
    waits ||= setTimeout(() => {
      waits = 0;
      redraw(main).catch(() => {}); // the server may be restarting; the next change will tell
    }, SETTLED);
  };
  let lastEnd = null;
  const told = ({ running, revision, ended = lastEnd }) => {
    const now = `${running?.part} ${ended}`;
    lastEnd = ended;
    if (part !== null && now !== part) redraw(main).catch(() => {}); // a run began, went on, ended
    else if (last !== null && revision !== last) redrawSoon();
    if (running) show(main, running);
    part = now;
    last = revision;
  };
  const look = async () => {
    const response = await fetch("/api/v1/status");
    if (response.ok) told(await response.json());
  };
  const follow = () => {
    if (source || document.hidden || !main.isConnected) return;
    source = new EventSource("/api/v1/events");
    source.addEventListener("state", (event) => told(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      // A stream that only ended is begun again by the browser; one that was refused is not.
      if (source?.readyState === EventSource.CLOSED) leave();
    });
  };
  const leave = () => {
    source?.close();
    source = null;
  };
  follow();
  const gone = new AbortController();
  const { signal } = gone;
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : follow()), { signal });
  document.addEventListener("page-shown", () => (main.isConnected ? follow() : leave()), { signal });
  // A page that was left may come back by the way back; one that was dropped ends here.
  let away = 0;
  const timer = setInterval(() => {
    away = main.isConnected ? 0 : away + 1;
    if (away) leave();
    else if (!source && !document.hidden) look().then(follow, () => {});
    if (away < LOST) return;
    clearInterval(timer);
    gone.abort();
  }, SELDOM);
}

// How far the run is, in the page as it stands.
function show(main, running) {
  const section = main.querySelector("#running");
  if (!section) return;
  const bar = section.querySelector("progress");
  if (!running.total) return;
  bar.max = running.total;
  bar.value = running.done;
  const what = running.part === "Indexing" ? "files" : "tracks";
  const failed = running.failed ? `, ${grouped(running.failed)} could not be heard` : "";
  section.querySelector("[data-part=told]").textContent = `${grouped(running.done)} of ${grouped(running.total)} ${what}${failed}`;
}

function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

async function send(event, main) {
  event.preventDefault();
  const form = event.target;
  const body = new URLSearchParams(new FormData(form, event.submitter));
  try {
    const response = await fetch(form.action, { method: "POST", body });
    if (!response.ok || new URL(response.url).pathname === "/login") throw new Error("refused");
    draw(main, await response.text());
  } catch {
    location.reload(); // the list may be out of date
  }
}

async function redraw(main) {
  const response = await fetch(location.href);
  if (response.ok) draw(main, await response.text());
}

function draw(main, text) {
  const focused = main.contains(document.activeElement) && document.activeElement.id;
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = page.getElementById("library");
  if (!fresh || !main.isConnected) return;
  main.querySelector("#library").replaceWith(document.adoptNode(fresh));
  if (focused) (document.getElementById(focused) ?? document.getElementById("failures-title")).focus({ preventScroll: true });
}
