// The page of a playlist: entries are dragged to other places. What is dropped fills the form that
// moves an entry by number, which is there for the keyboard as well.

const KIND = "application/x-playlist-entry";

export function startPlaylist(main) {
  const list = main.querySelector(".entries");
  const form = main.querySelector("#move");
  if (!list || !form) return;
  let dragged = null;

  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest(".entry");
    event.dataTransfer.setData(KIND, dragged.dataset.position);
    event.dataTransfer.effectAllowed = "move";
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest(".entry");
    mark(null);
    if (!dragged || !over) return;
    event.preventDefault();
    if (over !== dragged) mark(over);
  });
  list.addEventListener("dragleave", () => mark(null));
  list.addEventListener("dragend", () => { mark(null); dragged = null; });
  list.addEventListener("drop", (event) => {
    const over = event.target.closest(".entry");
    if (!dragged || !over) return;
    event.preventDefault();
    if (over === dragged) return;
    form.elements.position.value = dragged.dataset.position;
    form.elements.to.value = over.dataset.position;
    form.requestSubmit(form.querySelector("button"));
  });

  function mark(entry) {
    list.querySelector(".target")?.classList.remove("target");
    entry?.classList.add("target");
  }
}
