// Comfort only: the bar that moves clauses shows once some are chosen, and says how many.
"use strict";

const clauses = document.getElementById("clauses");
const bar = clauses && clauses.querySelector(".toolbar");
if (bar) {
  const words = bar.querySelector("span");
  const chosen = words.textContent;
  const count = () => {
    const n = clauses.querySelectorAll("input[name=clause]:checked").length;
    bar.hidden = n === 0;
    words.textContent = `${chosen} ${n}`;
  };
  clauses.addEventListener("change", count);
  count();
}
