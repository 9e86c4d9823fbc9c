// The library page: look at the status now and then, and draw the page anew when it changed; send
// what its buttons say without leaving it, so that the player keeps playing.

const OFTEN = 1500; // ms between looks while an index run goes on
const SELDOM = 8000;

export async function startLibrary(main) {
  main.addEventListener("submit", (event) => send(event, main));
  let last = null;
  while (true) {
    let pause = SELDOM;
    try {
      if (main.isConnected && !document.hidden) {
        const text = await (await fetch("/api/v1/status")).text();
        pause = JSON.parse(text).running ? OFTEN : SELDOM;
        if (last !== null && text !== last) await redraw(main);
        last = text;
      }
    } catch {
      // The server may be restarting; the next look will tell.
    }
    await new Promise((done) => setTimeout(done, pause));
    // A page that was left may come back by the way back; one that was dropped ends here.
    if (!main.isConnected && !(await returned(main))) return;
  }
}

async function returned(main) {
  for (let tries = 0; tries < 60; tries += 1) {
    if (main.isConnected) return true;
    await new Promise((done) => setTimeout(done, 2000));
  }
  return main.isConnected;
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
  draw(main, await response.text());
}

function draw(main, text) {
  const focused = main.contains(document.activeElement) && document.activeElement.id;
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = page.getElementById("library");
  if (!fresh || !main.isConnected) return;
  main.querySelector("#library").replaceWith(document.adoptNode(fresh));
  if (focused) (document.getElementById(focused) ?? document.getElementById("failures-title")).focus({ preventScroll: true });
}
