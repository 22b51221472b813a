// Comfort only: the bar that moves clauses shows once some are chosen, and says how many.
"use strict";

const clauses = document.getElementById("clauses");
const bar = clauses && clauses.querySelector(".toolbar");
if (bar) {
  const words = bar.querySelector("[data-counted]");
  const count = () => {
    const n = clauses.querySelectorAll("input[name=clause]:checked").length;
    bar.hidden = n === 0;
    words.textContent = words.dataset.counted.replace("{n}", n);
  };
  clauses.addEventListener("change", count);
  count();
}
