// Comfort only: every page works without this file.
"use strict";

// Theme without a reload.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-themes] button");
  if (!button) return;
  event.preventDefault();
  const root = document.documentElement;
  if (button.value === "system") delete root.dataset.theme;
  else root.dataset.theme = button.value;
  for (const other of button.parentElement.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
  const form = new FormData(button.form);
  form.set("theme", button.value);
  form.delete("next");
  fetch(button.form.action, { method: "POST", body: form });
});

// Dialogs: modal, closed by Escape, by their button, or by a click beside them.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
    return;
  }
  const open = event.target.closest("dialog[open]");
  if (open && (event.target === open || event.target.closest("[data-close]"))) {
    event.preventDefault();
    open.close();
  }
});

// Browsers that can't show what is folded show the filters opened where there is room.
if (!CSS.supports("selector(::details-content)") && matchMedia("(min-width: 40.01rem)").matches)
  for (const fold of document.querySelectorAll(".filter-fold")) fold.open = true;

// Files may be dropped on the zone; their names are shown.
for (const zone of document.querySelectorAll("[data-drop]")) {
  const input = zone.querySelector("input[type=file]");
  const list = zone.querySelector("[data-drop-files]");
  const show = () => {
    list.replaceChildren(
      ...[...input.files].map((file) => {
        const item = document.createElement("li");
        item.textContent = `${file.name} · ${(file.size / 1024).toFixed(0)} KB`;
        return item;
      }),
    );
  };
  input.addEventListener("change", show);
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    const files = new DataTransfer();
    for (const file of [...event.dataTransfer.files].slice(0, input.multiple ? undefined : 1)) files.items.add(file);
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
