// Comfort only: without this file the pages reload themselves and nothing is lost.
"use strict";

// Which column is text stays in sight while it is chosen.
document.addEventListener("change", (event) => {
  const select = event.target.closest(".mapping select");
  if (select) select.closest("tr").className = select.value === "text" ? "is-text" : select.value ? "is-used" : "is-ignored";
});

// Another encoding or header makes other columns: they are shown at once, and the reader is back where they were.
const CHANGED = "voc-changed";
document.addEventListener("change", (event) => {
  const select = event.target.closest("select[data-again]");
  if (!select) return;
  sessionStorage.setItem(CHANGED, select.id);
  select.form.requestSubmit(select.form.querySelector("[data-preview]"));
});
const changed = sessionStorage.getItem(CHANGED);
sessionStorage.removeItem(CHANGED);
if (changed && document.getElementById(changed)) document.getElementById(changed).focus();

// Large files take a while: say so, and send them once.
for (const form of document.querySelectorAll("#upload-form, #held-form")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    const busy = form.querySelector("[data-busy]");
    if (busy) busy.hidden = false;
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Progress: fetch this page now and then, put its new figures in the place of the old.
const PAUSE_MS = 1500;
const live = () => document.querySelector("[data-live]");
const running = (part) => part && ["queued", "running"].includes(part.dataset.live);
const said = document.querySelector("[data-said]");

async function look() {
  let next = null;
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (answer.ok) next = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    next = null; // the service is away for a moment: ask again
  }
  const part = next && next.querySelector("[data-live]");
  if (next && !running(part)) {
    const overview = next.querySelector("a[data-overview]");
    location.replace(!part && overview ? overview.href : location.pathname);
    return;
  }
  if (part && part.innerHTML !== live().innerHTML) {
    const stage = part.querySelector("[aria-current=step]");
    if (stage && said && said.textContent !== stage.textContent) said.textContent = stage.textContent;
    document.title = next.title;
    live().replaceChildren(...part.childNodes);
  }
  setTimeout(look, PAUSE_MS);
}
if (running(live())) setTimeout(look, PAUSE_MS);
