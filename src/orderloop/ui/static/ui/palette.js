// Ctrl+K: pages of the rail and actions of this page at once, records from the server as one types.
const dialog = document.getElementById("palette");
const field = dialog.querySelector("input");
const list = dialog.querySelector("ul");
const none = dialog.querySelector(".palette-none");
const line = dialog.querySelector("template").content.firstElementChild;
const sprite = document.querySelector("svg.icon use").getAttribute("href").split("#")[0];
const WAIT = 120;
let chosen = 0;
let timer = 0;
let asked = 0;

const iconOf = (element, fallback) => element.querySelector("use")?.getAttribute("href").split("#")[1] ?? fallback;

function local(q) {
  const found = [...document.querySelectorAll("[data-palette]")].map((element) => ({
    label: (element.querySelector(".rail-label") ?? element).textContent.trim(),
    hint: element.dataset.go ? `g ${element.dataset.go}` : element.dataset.key ?? "",
    icon: iconOf(element, "bolt"),
    keywords: element.dataset.keywords ?? "",
    run: () => element.click(),
  }));
  const wanted = q.toLowerCase();
  return found.filter((hit) => `${hit.label.toLowerCase()} ${hit.keywords}`.includes(wanted));
}

async function remote(q) {
  const answer = await fetch(`${dialog.dataset.source}?${new URLSearchParams({ q })}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return [];
  const { hits } = await answer.json();
  return hits.map((hit) => ({ ...hit, run: () => window.location.assign(hit.url) }));
}

function choose(index) {
  const lines = [...list.children];
  chosen = Math.min(Math.max(index, 0), lines.length - 1);
  lines.forEach((item, i) => item.setAttribute("aria-selected", String(i === chosen)));
  lines[chosen]?.scrollIntoView({ block: "nearest" });
  if (lines[chosen]) field.setAttribute("aria-activedescendant", lines[chosen].id);
  else field.removeAttribute("aria-activedescendant");
}

function draw(hits) {
  list.replaceChildren(...hits.map((hit, i) => {
    const item = line.cloneNode(true);
    item.id = `palette-${i}`;
    item.querySelector("use").setAttribute("href", `${sprite}#${hit.icon || "arrow-right"}`);
    item.querySelector(".palette-label").textContent = hit.label;
    item.querySelector(".palette-hint").textContent = hit.hint ?? "";
    item.addEventListener("click", () => { dialog.close(); hit.run(); });
    item.addEventListener("pointermove", () => { if (chosen !== i) choose(i); });
    return item;
  }));
  none.hidden = hits.length > 0;
  list.hidden = hits.length === 0;
  choose(0);
}

function ask() {
  const q = field.value.trim();
  const mine = ++asked;
  const here = local(q);
  window.clearTimeout(timer);
  draw(here);
  if (!q) return;
  none.hidden = true;
  timer = window.setTimeout(async () => {
    const there = await remote(q);
    if (mine === asked) draw([...there, ...here]);
  }, WAIT);
}

field.addEventListener("input", ask);
field.addEventListener("keydown", (event) => {
  if (event.isComposing) return; // Enter belongs to the Chinese input method until the word is chosen
  const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (move) choose(chosen + move);
  else if (event.key === "Enter") list.children[chosen]?.click();
  else return;
  event.preventDefault();
});
dialog.addEventListener("dialog:open", () => { field.value = ""; ask(); field.focus(); });
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    document.querySelector("[data-dialog=palette]").click();
  }
});
