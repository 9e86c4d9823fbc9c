// The page of rights checks: a file that is chosen or dropped anywhere is sent at once.

import { takeDropped } from "./drop.js";

export function startRights(main) {
  const form = main.querySelector("#check");
  const clip = main.querySelector("#clip");
  const drop = main.querySelector("#drop");

  clip.addEventListener("change", () => { if (clip.files.length) form.requestSubmit(); });
  form.addEventListener("submit", () => {
    busy(true);
    // forms.js sends it and puts the answer in the place of this page, or says beside the form why not.
    new MutationObserver((changes, watching) => {
      busy(false);
      watching.disconnect();
    }).observe(form.parentElement, { childList: true });
  });
  takeDropped(main, clip, drop, () => form.requestSubmit());

  function busy(is) {
    if (is) main.querySelector("[data-part=name]").textContent = clip.files[0]?.name ?? "";
    main.querySelector("[data-part=hint]").textContent = is ? "Comparing all of it…" : "Drop or choose another file.";
    main.querySelector("#busy").hidden = !is;
  }
}
