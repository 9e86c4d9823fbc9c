// The fields of the filters on a page that stays: values added to those that take several, and
// fields cleared whose chip is taken away.

// What was written into a field that adds is one value more, and the field is empty again.
export function add(field) {
  if (!("adds" in field.dataset) || !field.value.trim()) return;
  const one = document.createElement("input");
  one.type = "hidden";
  one.name = field.name;
  one.value = field.value.trim();
  one.setAttribute("form", field.form.id);
  field.closest("label").before(one);
  field.value = "";
}

// `clears` are names of fields, `value` which of several values.
export function clear(form, { clears, value }) {
  for (const name of clears.split(" ")) {
    for (const field of [...form.elements].filter((one) => one.name === name)) {
      if (value !== undefined && field.value !== value) continue;
      if (field.type === "hidden") field.remove();
      else if (field.type === "checkbox") field.checked = false;
      else if (field.tagName === "SELECT") field.selectedIndex = 0;
      else field.value = "";
    }
  }
}
