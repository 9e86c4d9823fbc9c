// Fingers, mouse and keys on the map: moving it, coming closer, pointing at a track, the lasso.

const STEP = 60; // pixels that an arrow moves
const FACTOR = 1.5; // of a key, a button, or a turn of the wheel by 100
const TAP = 6; // pixels that a finger may move and still point

// `on` has moved(), pointed(left, top, kept), lassoing() and lassoed(outline, done).
export function follow(element, canvas, view, on) {
  const down = new Map(); // pointer -> {left, top} as it is now
  let far = 0; // pixels moved since the first came down
  let outline = [];

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return { left: event.clientX - box.left, top: event.clientY - box.top };
  };

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, place(event));
    if (down.size === 1) {
      far = 0;
      outline = [place(event)];
    }
    element.classList.add("moved");
  });

  canvas.addEventListener("pointermove", (event) => {
    const now = place(event);
    const before = down.get(event.pointerId);
    if (!before) {
      on.pointed(now.left, now.top, false);
      return;
    }
    far += Math.hypot(now.left - before.left, now.top - before.top);
    if (down.size === 1 && on.lassoing()) {
      outline.push(now);
      on.lassoed(outline, false);
    } else if (down.size === 1) {
      view.drag(now.left - before.left, now.top - before.top);
    } else {
      const [other] = [...down].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      const apart = (at) => Math.max(Math.hypot(at.left - other.left, at.top - other.top), 1);
      view.zoomBy(apart(now) / apart(before), (now.left + other.left) / 2, (now.top + other.top) / 2);
      view.drag((now.left - before.left) / 2, (now.top - before.top) / 2);
    }
    down.set(event.pointerId, now);
    on.moved();
  });

  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => {
      if (!down.delete(event.pointerId) || down.size) return;
      element.classList.remove("moved");
      const { left, top } = place(event);
      if (name === "pointerup" && far < TAP) on.pointed(left, top, true);
      else if (on.lassoing()) on.lassoed(outline, true);
    });
  }
  canvas.addEventListener("pointerleave", () => on.pointed(-1e6, -1e6, false));

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const { left, top } = place(event);
    view.zoomBy(FACTOR ** (-event.deltaY / 100), left, top);
    on.moved();
  }, { passive: false });

  element.addEventListener("keydown", (event) => {
    if (event.target !== element || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      ArrowLeft: () => view.drag(STEP, 0), ArrowRight: () => view.drag(-STEP, 0),
      ArrowUp: () => view.drag(0, STEP), ArrowDown: () => view.drag(0, -STEP),
      "+": () => view.zoomBy(FACTOR), "-": () => view.zoomBy(1 / FACTOR), 0: () => view.whole(),
      Enter: () => on.pointed(view.width / 2, view.height / 2, true),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
    on.moved();
  });
  return { closer: () => view.zoomBy(FACTOR), further: () => view.zoomBy(1 / FACTOR), whole: () => view.whole() };
}
