// The page of rights checks: a file that is chosen or dropped anywhere is sent at once.

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
  for (const name of ["dragenter", "dragover"]) {
    main.addEventListener(name, (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) main.addEventListener(name, () => drop.classList.remove("over"));
  main.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    clip.files = one.files;
    form.requestSubmit();
  });

  function busy(is) {
    if (is) main.querySelector("[data-part=name]").textContent = clip.files[0]?.name ?? "";
    main.querySelector("[data-part=hint]").textContent = is ? "Comparing all of it…" : "Drop or choose another file.";
    main.querySelector("#busy").hidden = !is;
  }
}
