// Sends the forms that change something and shows what they are answered with, without leaving the
// document, so that the player keeps playing. Without this they are plain forms.

import { answered } from "./moving.js";

let sending = false; // a second click means what is shown after the first

export function startForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    // Who signs in or out is shown another frame around the page, too.
    if (event.defaultPrevented || form.method !== "post" || "full" in form.dataset) return;
    event.preventDefault();
    if (sending) return;
    sending = true;
    send(form, event.submitter).finally(() => { sending = false; });
  });
}

async function send(form, button) {
  const fields = new FormData(form, button);
  const body = form.enctype === "multipart/form-data" ? fields : new URLSearchParams(fields);
  try {
    // The header asks for errors in words instead of a page.
    const response = await fetch(form.action, { method: "POST", body, headers: { "X-Fragment": "page" } });
    if (response.ok) {
      answered(new URL(response.url), await response.text());
      focus(button?.dataset.follow?.split(" ") ?? []);
      return;
    }
    const problem = await response.json();
    if (response.status === 409) {
      const fresh = await fetch(location.href);
      answered(new URL(fresh.url), await fresh.text());
      say(problem.detail, document.querySelector("main > :nth-child(2)"));
    } else {
      say(problem.detail, form.closest("ol") ?? form);
    }
  } catch {
    say("The server did not answer. Is mir still running?", form.closest("ol") ?? form);
  }
}

// The first of these that is there, so that whoever works by keyboard stays where they were.
function focus(ids) {
  ids.map((id) => document.getElementById(id)).find(Boolean)?.focus({ preventScroll: true });
}

function say(text, before) {
  document.getElementById("refused")?.remove();
  const notice = document.createElement("p");
  notice.id = "refused";
  notice.className = "notice";
  notice.setAttribute("role", "alert");
  before.before(notice);
  notice.textContent = text;
  notice.scrollIntoView({ block: "nearest" });
}
