// The document beside the form: a field shows where its value stands, a click on the document fills the field and
// teaches, Tab visits what is in doubt, Enter says it is right, Ctrl+Enter accepts.
const SVG = "http://www.w3.org/2000/svg";
const paper = document.querySelector("[data-paper]");
const form = document.querySelector("[data-verify]");
const csrf = () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");

// Pages are drawn when they come into sight; one that cannot be drawn stays as the words that were read of it.
const drawing = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    drawing.unobserve(target);
    const image = target.querySelector("image[data-drawn]");
    image?.addEventListener("error", () => image.remove());
    image?.setAttribute("href", image.dataset.drawn);
  }
}, { root: null, rootMargin: "600px" });
for (const page of paper?.querySelectorAll("[data-page]") ?? []) drawing.observe(page);

function markBox(holder, isNow) {
  const { page, box } = holder.dataset;
  const svg = paper?.querySelector(`[data-page="${CSS.escape(page)}"] svg`);
  if (!page || !box || !svg) return null;
  const { width, height } = svg.viewBox.baseVal;
  const [left, top, right, bottom] = box.split(",").map(Number);
  const mark = document.createElementNS(SVG, "rect");
  const sides = { x: left * width - 2, y: top * height - 2, width: (right - left) * width + 4, height: (bottom - top) * height + 4 };
  for (const [name, value] of Object.entries(sides)) mark.setAttribute(name, value.toFixed(1));
  mark.classList.toggle("is-now", isNow);
  svg.querySelector(".paper-marks").append(mark);
  return mark;
}

// The line of a text a value stands in: by its number, by its segment within its message, else by what is written.
function lineOf(place, raw) {
  const lines = [...(paper?.querySelectorAll("[data-line-no]") ?? [])];
  const line = /^line (\d+)$/.exec(place)?.[1];
  const segment = /segment (\d+)/.exec(place)?.[1];
  let at = line && lines[Number(line) - 1];
  if (segment) {
    const heads = lines.flatMap((each, n) => (/^(UNH|ST)\W/.test(each.querySelector(".paper-line").textContent) ? [n] : []));
    at = lines[(heads[Number(/message (\d+)/.exec(place)?.[1] ?? 1) - 1] ?? 0) + Number(segment) - 1];
  }
  if (at && (!raw || at.textContent.includes(raw))) return at;
  return raw ? lines.find((each) => each.textContent.includes(raw)) ?? at : at;
}

// What is marked for a field: the cell, or the words of the line that make up its value, or else the line.
function textPlaces(holder) {
  const { place } = holder.dataset;
  const raw = holder.dataset.raw?.trim();
  const cell = place && paper?.querySelector(`[data-cell="${CSS.escape(place)}"]`);
  if (cell) return [cell];
  const line = lineOf(place ?? "", raw);
  if (!line) return [];
  const words = [...line.querySelectorAll("[data-text]")];
  const whole = words.filter((word) => word.textContent === raw).slice(0, 1);
  const partly = words.filter((word) => raw && (raw.includes(word.textContent) && word.textContent.length > 1 || word.textContent.includes(raw)));
  return [whole, partly, [line.querySelector(".paper-line")]].find((each) => each.length);
}

function clear(name) {
  for (const mark of paper?.querySelectorAll(`.${name}`) ?? []) {
    if (mark instanceof SVGElement) mark.remove();
    else mark.classList.remove(name);
  }
}

function show(holder) {
  clear("is-now");
  const box = markBox(holder, true);
  const marks = box ? [box] : textPlaces(holder);
  if (!marks.length) return;
  for (const each of marks) each.classList.add("is-now");
  const [mark] = marks;
  const [inner, outer] = [mark.getBoundingClientRect(), paper.getBoundingClientRect()];
  if (inner.top < outer.top + 40 || inner.bottom > outer.bottom - 20) {
    paper.scrollBy({ top: inner.top - outer.top - paper.clientHeight / 3, behavior: "auto" });
  }
}

let field = null; // the field a click on the document fills
const holderOf = (element) => element?.closest?.("[data-field]");
const doubts = () => [...form.querySelectorAll("[data-doubt]")];
const unseen = () => doubts().filter((input) => !holderOf(input).classList.contains("is-seen"));

function seen(input, isRight) {
  const holder = holderOf(input);
  if (!input.hasAttribute("data-doubt")) return;
  holder.classList.add("is-seen");
  if (!isRight || form.elements[`ok:${holder.dataset.field}`]) return;
  const said = document.createElement("input");
  Object.assign(said, { type: "hidden", name: `ok:${holder.dataset.field}`, value: "1" });
  form.append(said);
}

function onward(from) {
  const left = unseen();
  const next = left.find((input) => from.compareDocumentPosition(input) & Node.DOCUMENT_POSITION_FOLLOWING) ?? left[0];
  (next ?? document.querySelector("[data-accept]"))?.focus();
  next?.select();
}

function use(button) {
  const holder = holderOf(button);
  const input = holder.querySelector("input:not([type=hidden])");
  const target = form.elements[`f:${button.dataset.usePath}`];
  if (!target) return;
  target.value = button.dataset.use;
  const product = holder.parentElement.querySelector("[data-product]") ?? holder.querySelector(".vf-taught");
  if (target !== input) product.textContent = button.textContent;
  seen(input, target === input);
  onward(input);
}

// `isQuiet`: where nothing is learnt nothing is said either, for nothing was shown.
async function teach(holder, body, isQuiet = false) {
  const said = holder.querySelector(".vf-taught");
  try {
    const answer = await fetch(form.dataset.teach, { method: "POST", headers: csrf(), body: new URLSearchParams(body) });
    const told = await answer.json();
    if (told.kept) holder.querySelector("input").defaultValue = body.text;
    if (told.undo || !isQuiet) tell(said, told);
  } catch {
    said.textContent = form.dataset.wordsFailed;
  }
}

// A lesson is tried on earlier documents first; how it goes on is asked until that is over or the page is left.
let asked = 0;
const rereading = form?.querySelector("button[value=reread]");
function tell(said, { learnt, note, fault, again, undo, undo_words: words, state }) {
  said.textContent = learnt ?? note ?? fault ?? "";
  if (again && rereading) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: again });
    button.dataset.again = "";
    said.append(" ", button);
    rereading.hidden = false;
  }
  if (undo) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: words });
    button.dataset.undo = undo;
    said.append(" ", button);
  }
  if (!state || asked > 300) return;
  asked += 1;
  const waits = said.firstChild;
  setTimeout(async () => {
    if (said.firstChild !== waits) return; // taken back, or another value was shown meanwhile
    const answer = await fetch(state, { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.ok && said.firstChild === waits) tell(said, await answer.json());
  }, 800);
}

// A day such as 03/05/2026 has two senses: both are offered, and the one picked teaches how this customer writes days.
function sensesOf(raw) {
  const found = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(raw.trim());
  if (!found) return [];
  const [one, two] = [found[1], found[2]].map((part) => part.padStart(2, "0"));
  const pairs = [[two, one], [one, two]].filter(([month, day]) => month <= 12 && day <= 31);
  return [...new Set(pairs.map(([month, day]) => `${found[3]}-${month}-${day}`))];
}

function offerSenses(holder) {
  for (const old of holder.querySelectorAll("[data-sense]")) old.remove();
  if (!form.dataset.teach || !/(requested|ordered)_on$/.test(holder.dataset.field)) return;
  const senses = sensesOf(holder.dataset.raw ?? "");
  for (const day of senses.length > 1 ? senses : []) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "btn btn-sm vf-use", textContent: day });
    button.dataset.sense = day;
    holder.querySelector(".vf-taught").before(button);
  }
}

function takeSense(button) {
  const holder = holderOf(button);
  const input = holder.querySelector("input");
  const { page, box, place, raw, field: path } = holder.dataset;
  input.value = button.dataset.sense;
  seen(input, false);
  teach(holder, { path, text: input.value, raw, page, box, place });
  onward(input);
}

// How this customer calls a unit or an address is learnt from what is typed over what was read.
function typedOver(input) {
  const holder = holderOf(input);
  const { raw, field: path } = holder.dataset;
  const isNamed = path === "ship_to" || /^lines\/\d+\/unit$/.test(path);
  if (!isNamed || !raw || !input.value.trim() || input.value === input.defaultValue) return;
  teach(holder, { path, text: input.value.trim(), raw }, true);
}

async function undo(button) {
  const answer = await fetch(button.dataset.undo, { method: "POST", headers: { ...csrf(), Accept: "application/json" } });
  if (answer.ok) button.parentElement.textContent = (await answer.json()).done;
}

// With Shift a second word joins the first, so that an address of several words can be shown.
let taken = [];
function take(word, isMore) {
  const holder = holderOf(field);
  const page = word.closest("[data-page]")?.dataset.page ?? "";
  taken = isMore && taken.length && taken[0].page === page ? taken : [];
  taken.push({ page, text: word.dataset.word, sides: word.dataset.box.split(",").map(Number) });
  const ends = [Math.min, Math.min, Math.max, Math.max];
  const box = ends.map((end, n) => end(...taken.map((each) => each.sides[n]))).join(",");
  fill(holder, taken.map((each) => each.text).join(" "), { page, box });
}

function takeText(word, isMore) {
  const holder = holderOf(field);
  const line = word.closest("[data-line-no]").dataset.lineNo;
  taken = isMore && taken.length && taken[0].line === line ? taken : [];
  taken.push({ line, text: word.textContent });
  fill(holder, taken.map((each) => each.text).join(" "), { place: `line ${line}`, title: word.dataset.title ?? "" });
}

// What a sheet's cell is called: the title of its column above the first line, or the words to its left.
function titleOf(cell, path) {
  const at = /^(.*?)([A-Z]+)(\d+)$/.exec(cell.dataset.cell);
  const text = (name) => paper.querySelector(`[data-cell="${CSS.escape(name)}"]`)?.innerText.trim() ?? "";
  if (!at || !path.startsWith("lines/")) {
    const left = cell.previousElementSibling;
    return left?.dataset.cell ? left.innerText.trim() : "";
  }
  const places = [...form.querySelectorAll('[data-field^="lines/0/"]')].map((each) => /(\d+)$/.exec(each.dataset.place)?.[1]);
  const first = Math.min(...places.filter(Boolean).map(Number));
  for (let row = first - 1; Number.isFinite(row) && row > 0; row -= 1) {
    if (text(`${at[1]}${at[2]}${row}`)) return text(`${at[1]}${at[2]}${row}`);
  }
  return "";
}

function fill(holder, text, place) {
  field.value = text;
  Object.assign(holder.dataset, place, { raw: text });
  seen(field, false);
  show(holder);
  offerSenses(holder);
  field.focus();
  if (form.dataset.teach) teach(holder, { path: holder.dataset.field, text, raw: text, ...place });
}

if (paper && form) {
  for (const input of doubts()) {
    const holder = holderOf(input);
    markBox(holder, false)?.classList.add("is-mark");
    for (const each of textPlaces(holder)) each.classList.add("is-mark");
    offerSenses(holder);
  }
  form.addEventListener("focusin", (event) => {
    const holder = holderOf(event.target);
    if (!holder || event.target.matches("button")) return;
    [field, taken] = [event.target, []];
    paper.classList.toggle("is-taking", !event.target.readOnly && Boolean(form.dataset.teach));
    show(holder);
  });
  form.addEventListener("mouseover", (event) => { if (holderOf(event.target)) show(holderOf(event.target)); });
  form.addEventListener("mouseleave", () => { if (field) show(holderOf(field)); });
  form.addEventListener("input", (event) => {
    if (!holderOf(event.target)) return;
    seen(event.target, false);
    const sku = form.elements[`f:${holderOf(event.target).dataset.field.replace(/\/item$/, "/sku")}`];
    if (sku && sku !== event.target) sku.value = sku.defaultValue;
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-use]");
    if (button) use(button);
    if (event.target.dataset.undo) undo(event.target);
    if (event.target.matches("[data-again]")) form.requestSubmit(rereading);
    if (event.target.dataset.sense) takeSense(event.target);
  });
  form.addEventListener("change", (event) => { if (holderOf(event.target) && form.dataset.teach) typedOver(event.target); });
  // The field keeps the focus while the document is clicked.
  paper.addEventListener("mousedown", (event) => { if (field && event.target.closest("[data-word], [data-cell], [data-text]")) event.preventDefault(); });
  paper.addEventListener("click", (event) => {
    if (!field || field.readOnly || !form.dataset.teach) return;
    const word = event.target.closest("[data-word]");
    if (word) take(word, event.shiftKey);
    const text = event.target.closest("[data-text]");
    if (text) takeText(text, event.shiftKey);
    const cell = event.target.closest("[data-cell]");
    if (cell?.innerText.trim()) {
      const holder = holderOf(field);
      fill(holder, cell.innerText.trim(), { place: cell.dataset.cell, title: titleOf(cell, holder.dataset.field) });
    }
  });
  form.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!holderOf(input) || input.matches("button") || event.isComposing) return;
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const offered = holderOf(input).querySelector("[data-use]");
      if (offered && !holderOf(input).classList.contains("is-seen") && input.value === input.defaultValue) return use(offered);
      seen(input, input.value === input.defaultValue);
      onward(input);
    }
    const isDoubtsOnly = document.querySelector("[data-doubts-only]")?.checked;
    if (event.key !== "Tab" || !isDoubtsOnly) return;
    const all = doubts();
    const at = all.indexOf(input);
    const next = all[at + (event.shiftKey ? -1 : 1)];
    if (at < 0 || !next) return;
    event.preventDefault();
    next.focus();
    next.select();
  });
  if (unseen().length) {
    unseen()[0].focus({ preventScroll: true });
    unseen()[0].select();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
  const accept = document.querySelector("[data-accept]");
  if (!accept || !form) return;
  event.preventDefault();
  // The field one stands in has been looked at; any other doubt is shown first.
  if (field?.hasAttribute("data-doubt")) seen(field, field.value === field.defaultValue);
  const left = unseen();
  if (left.length) { left[0].focus(); left[0].select(); } else accept.click();
});
