// Keys of the review queue: comfort only, every action has its button.
"use strict";

const form = document.getElementById("accept");
const rows = form ? [...form.querySelectorAll("[data-row]")] : [];
const keysOn = document.querySelector("[data-keys]");
const STORED = "voc-review-keys";

// Keys of one character must be possible to turn off (WCAG 2.1.4).
keysOn.hidden = false;
const box = keysOn.querySelector("input");
box.checked = localStorage.getItem(STORED) !== "off";
box.addEventListener("change", () => localStorage.setItem(STORED, box.checked ? "on" : "off"));

const radios = (row) => [...row.querySelectorAll("input[type=radio]")];

function choose(input) {
  input.checked = true;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

// A letter goes on to the next choice of its touchpoint, from not said to negative.
function cycle(row) {
  const all = radios(row);
  const next = all[(all.findIndex((input) => input.checked) + 1) % all.length];
  choose(next);
  next.focus();
}

function move(step) {
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const row = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1)];
  if (row) (row.querySelector("input:checked") ?? row.querySelector("input")).focus();
}

// What Enter would store, in words.
function tell() {
  const line = document.querySelector("[data-chosen]");
  const word = (input) => input.closest("label").querySelector("[data-word]").textContent;
  const touchpoints = rows
    .slice(1)
    .map((row) => [row, row.querySelector("input:checked")])
    .filter(([, input]) => input && input.value !== "none")
    .map(([row, input]) => row.querySelector("[data-name]").textContent + line.dataset.colon + word(input));
  const sentiment = form.querySelector("input[name=sentiment]:checked");
  line.textContent = line.dataset.before + [word(sentiment), ...(touchpoints.length ? touchpoints : [line.dataset.none])].join(line.dataset.comma);
  line.hidden = false;
}

if (form) {
  form.addEventListener("change", tell);
  tell();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  const target = event.target;
  const typing = target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
  if (typing || document.querySelector("dialog[open]")) return;
  const action = [...document.querySelectorAll("[data-do]")].find((one) => one.dataset.do === event.key);
  if (event.key === "Enter") {
    if (target.matches("a, button, summary") || !action) return;
    event.preventDefault();
    action.click();
    return;
  }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (!form || !(target === document.body || target.id === "comment" || form.contains(target))) return;
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
    return;
  }
  if (!box.checked) return;
  const row = rows.find((one) => one.dataset.letter === event.key);
  const sentiment = form?.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (action) action.click();
  else if (sentiment) {
    choose(sentiment);
    sentiment.focus();
  } else if (row) cycle(row);
  else if (event.key === "j" || event.key === "k") move(event.key === "j" ? 1 : -1);
  else return;
  event.preventDefault();
});

// A second press must not decide the next comment as well.
for (const one of document.forms) {
  one.addEventListener("submit", (event) => {
    if (one.dataset.sent) event.preventDefault();
    one.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const one of document.forms) delete one.dataset.sent;
});
