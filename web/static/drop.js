// A file that is dropped anywhere on a page becomes the one that the form's field holds.

export function takeDropped(main, field, mark, send) {
  for (const name of ["dragenter", "dragover"]) {
    main.addEventListener(name, (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      mark.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) main.addEventListener(name, () => mark.classList.remove("over"));
  main.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    field.files = one.files;
    send();
  });
}
