// Comfort only: "/" to the search, and the names to choose from when pain points are merged, without another page.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog[open]")) return;
  const search = document.getElementById("field-q");
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
});

const chosen = document.getElementById("merge-chosen");
const dialog = document.getElementById("merge-dialog");
if (chosen && dialog) {
  const ticked = () => [...document.querySelectorAll("[data-pick]:checked")];
  const button = chosen.querySelector("button");
  const words = chosen.querySelector("[data-counted]");
  const none = words.textContent;
  const show = () => {
    const n = ticked().length;
    button.disabled = n < 1;
    words.textContent = n ? words.dataset.counted.replace("{n}", n) : none;
  };
  document.addEventListener("change", show);
  window.addEventListener("pageshow", show); // a browser ticks again what was ticked when one comes back
  show();
  chosen.addEventListener("submit", (event) => {
    if (ticked().length < 2 || event.submitter?.hasAttribute("data-more")) return; // the next page has the points of all pages
    event.preventDefault();
    const into = dialog.querySelector("[data-into]");
    for (const old of into.querySelectorAll("input, label")) old.remove();
    ticked().forEach((box, index) => {
      const point = Object.assign(document.createElement("input"), { type: "hidden", name: "point", value: box.value });
      const label = Object.assign(document.createElement("label"), { className: "choice" });
      const radio = Object.assign(document.createElement("input"), { type: "radio", name: "into", value: box.value, checked: index === 0 });
      const text = Object.assign(document.createElement("span"), { textContent: `${box.dataset.pick} · ${box.dataset.comments} ${into.dataset.unit}` });
      label.append(radio, text);
      into.append(point, label);
    });
    dialog.showModal();
  });
}
