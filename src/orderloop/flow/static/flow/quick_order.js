// The order grid: kept on the server while it is typed, prices and stock beside each line, blocks pasted from
// spreadsheets, everything by keyboard. Without this script the form still works; it only says less.
const form = document.querySelector("[data-quick-order]");
const lines = form.querySelector("[data-lines]");
const kept = form.querySelector("[data-kept]");
const words = form.dataset;
const columns = ["item", "quantity", "unit", "line_date", "unit_price"];
let timer = 0;
let asked = 0;
let sending = false;

const rows = () => [...lines.querySelectorAll("[data-line]")];
const cell = (row, name) => row.querySelector(`[name=${name}]`);

function renumber() {
  rows().forEach((row, n) => {
    row.querySelector("[data-number]").textContent = n + 1;
    const agreed = cell(row, "agreed");
    if (agreed) agreed.value = n;
    for (const input of row.querySelectorAll("[aria-label]")) {
      input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+$/, n + 1));
    }
  });
}

function clear(row) {
  for (const input of row.querySelectorAll("input:not([type=checkbox])")) input.value = "";
  const agreed = cell(row, "agreed");
  if (agreed) agreed.checked = false;
  paint(row, {});
}

function addRow() {
  const row = rows().at(-1).cloneNode(true);
  lines.append(row);
  clear(row);
  renumber();
  return row;
}

function remark(found) {
  const line = document.createElement("div");
  line.className = found.blocking ? "tone-bad" : "tone-warn";
  line.textContent = found.words;
  if (found.suggestion) {
    const use = document.createElement("button");
    use.type = "button";
    use.className = "btn-link";
    use.dataset.use = found.field;
    use.dataset.value = found.suggestion;
    use.textContent = `${words.wordsUse} ${found.suggestion}`;
    line.append(" ", use);
  }
  return line;
}

function paint(row, told) {
  row.querySelector("[data-name]").textContent = told.name ?? "";
  row.querySelector("[data-price]").textContent = told.price ?? "";
  row.querySelector("[data-amount]").textContent = told.amount ?? "";
  const free = row.querySelector("[data-free]");
  free.textContent = told.short ? `${told.free} ${words.wordsShort}` : told.free ?? "";
  free.classList.toggle("is-short", Boolean(told.short));
  if (told.later) {
    const later = document.createElement("div");
    later.className = "second-line";
    later.textContent = told.later;
    free.append(later);
  }
  cell(row, "unit").placeholder = told.unit ?? "";
  const found = told.findings ?? [];
  row.querySelector("[data-remarks]").replaceChildren(...found.map(remark));
  const agreed = row.querySelector("[data-agreed]");
  if (agreed) agreed.hidden = !cell(row, "agreed").checked && !found.some((each) => each.code === "E_PRICE_DEV");
  for (const name of columns) {
    const field = name === "line_date" ? "requested_on" : name;
    const input = cell(row, name);
    if (!input) continue;
    const wrong = found.some((each) => each.blocking && each.field === field);
    input.classList.toggle("is-invalid", wrong);
    input.toggleAttribute("aria-invalid", wrong);
  }
}

function paintAll(told) {
  const by = new Map(told.lines.map((line) => [line.row, line]));
  rows().forEach((row, n) => paint(row, by.get(n) ?? {}));
  for (const place of form.querySelectorAll("[data-found]")) {
    // What is merely not typed yet is no reproach while typing.
    const found = (told.header[place.dataset.found] ?? []).filter((each) => !/^E_(MISSING|NO_LINES|UNKNOWN_CUSTOMER)/.test(each.code));
    place.replaceChildren(...found.map(remark));
    const input = form.querySelector(`#id_${place.dataset.found}`);
    if (input) input.classList.toggle("is-invalid", found.some((each) => each.blocking));
  }
  form.querySelector("[data-net]").textContent = told.net ?? "";
  form.querySelector("[data-gross]").textContent = told.gross ?? "";
}

async function keep() {
  const mine = ++asked;
  try {
    const answer = await fetch(words.keep, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    if (mine !== asked || sending) return;
    if (answer.status === 409) {
      kept.textContent = words.wordsEnded;
      return;
    }
    if (!answer.ok) throw new Error(answer.status);
    paintAll(await answer.json());
    kept.textContent = words.wordsKept;
  } catch {
    kept.textContent = words.wordsLost;
  }
}

function keepSoon(wait = 350) {
  window.clearTimeout(timer);
  timer = window.setTimeout(keep, wait);
}

function move(input, down, name = input.name) {
  const all = rows();
  const at = all.indexOf(input.closest("[data-line]")) + down;
  if (at < 0) return;
  const target = cell(all[at] ?? addRow(), name);
  target.focus();
  target.select();
}

async function paste(input, text) {
  const body = new FormData();
  body.set("text", text);
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  const answer = await fetch(words.paste, { method: "POST", body });
  if (!answer.ok) return;
  const { rows: pasted } = await answer.json();
  let at = rows().indexOf(input.closest("[data-line]"));
  for (const values of pasted) {
    const row = rows()[at++] ?? addRow();
    for (const name of columns) {
      const target = cell(row, name);
      if (target) target.value = values[name] ?? "";
    }
  }
  move(cell(rows()[Math.max(at - 1, 0)], "item"), 1);
  keepSoon(0);
}

async function suggest(input, list, url) {
  if (input.value.length < 2) return;
  const answer = await fetch(`${url}?q=${encodeURIComponent(input.value)}`);
  if (!answer.ok) return;
  const { found } = await answer.json();
  list.replaceChildren(
    ...found.map((each) => {
      const option = document.createElement("option");
      option.value = each.code;
      option.label = each.name;
      return option;
    }),
  );
  const chosen = found.find((each) => each.code === input.value);
  const hint = form.querySelector(`[data-hint=${input.name}]`);
  if (hint) hint.textContent = chosen?.name ?? "";
}

form.addEventListener("input", (event) => {
  const input = event.target;
  if (input.name === "item") suggest(input, document.getElementById("product-list"), words.products);
  if (input.name === "customer" && words.customers) suggest(input, document.getElementById("customer-list"), words.customers);
  keepSoon();
});

form.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text");
  if (!event.target.closest("[data-line]") || !/[\t\n]/.test(text.trim())) return;
  event.preventDefault();
  paste(event.target, text);
});

form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-send]"));
    return;
  }
  const input = event.target;
  if (input.tagName !== "INPUT") return;
  if (event.key === "Enter") {
    event.preventDefault();
    if (input.closest("[data-line]")) move(input, 1, "item");
    else cell(rows()[0], "item").focus();
  } else if (input.closest("[data-line]") && !event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key) && input.name !== "item") {
    event.preventDefault();
    move(input, event.key === "ArrowDown" ? 1 : -1);
  }
});

form.addEventListener("click", (event) => {
  const use = event.target.closest("[data-use]");
  if (use) {
    const name = use.dataset.use === "requested_on" && use.closest("[data-line]") ? "line_date" : use.dataset.use;
    const input = cell(use.closest("[data-line]") ?? form, name);
    if (input) {
      input.value = use.dataset.value;
      input.focus();
      keepSoon(0);
    }
  }
  const remove = event.target.closest("[data-remove]");
  if (remove) {
    const row = remove.closest("[data-line]");
    const next = row.nextElementSibling ?? row.previousElementSibling;
    if (rows().length > 1) row.remove();
    else clear(row);
    renumber();
    if (next) cell(next, "item").focus();
    keepSoon(0);
  }
  if (event.target.closest("[data-more]")) {
    event.preventDefault();
    const first = addRow();
    for (let n = 1; n < 10; n++) addRow();
    cell(first, "item").focus();
  }
});

form.addEventListener("submit", (event) => {
  if (sending) {
    event.preventDefault();
    return;
  }
  sending = true;
  window.clearTimeout(timer);
  form.querySelector("[data-send]").setAttribute("aria-disabled", "true");
});
// Back from the next page: the form may be sent again; the server still makes one order of it.
window.addEventListener("pageshow", () => {
  sending = false;
  form.querySelector("[data-send]").removeAttribute("aria-disabled");
});

// A field in a dialog names the button that Enter presses; else the form's first button would be it.
document.addEventListener("keydown", (event) => {
  const button = event.key === "Enter" && !event.ctrlKey && document.getElementById(event.target.dataset?.enter ?? "");
  if (!button) return;
  event.preventDefault();
  button.click();
});
