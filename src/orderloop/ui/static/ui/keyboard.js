// Keys for the whole page: rows, ticks, filter, g + letter, and the single keys a page gives its own buttons
// (data-key="a"). Single keys can be switched off (WCAG 2.1.4); the choice stays on this device.
const STORE = "orderloop.single-keys";
const GO_WITHIN = 1200;
let goSince = 0;

const rows = () => [...document.querySelectorAll("tr[data-row]")];
const current = () => document.querySelector("tr.is-current");
const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
const singleKeysOn = () => localStorage.getItem(STORE) !== "off";

function makeCurrent(row) {
  current()?.classList.remove("is-current");
  if (!row) return;
  row.classList.add("is-current");
  row.querySelector("a.row-link, a")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  const at = all.indexOf(current());
  if (all.length) makeCurrent(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
}

function tick(row, on) {
  const box = row?.querySelector("[data-tick]");
  if (!box) return;
  box.checked = on ?? !box.checked;
  row.classList.toggle("is-ticked", box.checked);
}

function showTicks() {
  const boxes = [...document.querySelectorAll("[data-tick]")];
  const count = boxes.filter((box) => box.checked).length;
  for (const bar of document.querySelectorAll("[data-batch-bar]")) {
    bar.hidden = count === 0;
    bar.querySelector("[data-batch-count]").textContent = count;
  }
  for (const all of document.querySelectorAll("[data-tick-all]")) {
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  }
}

function tickAll(on) {
  for (const box of document.querySelectorAll("[data-tick]")) tick(box.closest("tr"), on);
  showTicks();
}

const single = {
  j: () => step(1),
  k: () => step(-1),
  x: () => { tick(current()); showTicks(); },
  "/": () => document.querySelector("[data-filter-focus]")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
  g: () => { goSince = Date.now(); },
};

function onSingleKey(key) {
  if (Date.now() - goSince < GO_WITHIN) {
    goSince = 0;
    const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
    link?.click();
    return Boolean(link);
  }
  const own = document.querySelector(`main [data-key="${CSS.escape(key)}"]:not(:disabled)`);
  if (own) own.click();
  else if (single[key]) single[key]();
  return Boolean(own || single[key]);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "Enter" && current() && event.target === document.body) current().querySelector("a.row-link")?.click();
  if (singleKeysOn() && onSingleKey(event.key)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-untick]")) tickAll(false);
  const row = event.target.closest("tr[data-row]");
  if (!row || event.target.closest("a, button, input, label, select, summary")) return;
  if (!window.getSelection().toString()) row.querySelector("a.row-link")?.click();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick-all]")) tickAll(event.target.checked);
  if (event.target.matches("[data-tick]")) {
    tick(event.target.closest("tr"), event.target.checked);
    showTicks();
  }
  if (event.target.matches("[data-single-keys]")) localStorage.setItem(STORE, event.target.checked ? "on" : "off");
});

// A batch that was answered leaves nothing ticked, so that it is not sent twice.
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.detail.elt.closest("[data-batch-bar]")) tickAll(false);
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("tr[data-row]");
  if (row && row !== current()) {
    current()?.classList.remove("is-current");
    row.classList.add("is-current");
  }
});

function listPageKeys() {
  const list = document.getElementById("page-keys");
  list?.replaceChildren(...[...document.querySelectorAll("main [data-key]")].map((button) => {
    const line = document.createElement("div");
    const key = document.createElement("kbd");
    const [term, meaning] = [document.createElement("dt"), document.createElement("dd")];
    key.textContent = button.dataset.key;
    term.append(key);
    meaning.textContent = button.getAttribute("aria-label") ?? button.firstChild?.parentElement.innerText.trim();
    line.append(term, meaning);
    return line;
  }));
}

const choice = document.querySelector("[data-single-keys]");
if (choice) choice.checked = singleKeysOn();
for (const box of document.querySelectorAll("[data-tick]:checked")) tick(box.closest("tr"), true);
showTicks();
listPageKeys();
document.addEventListener("htmx:afterSettle", () => { showTicks(); listPageKeys(); });
