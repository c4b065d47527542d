// Shows toasts from the page, from the HX-Trigger header of htmx answers, and for requests that failed.
const area = document.getElementById("toasts");
const words = document.getElementById("failure-words").dataset;
const LASTS = 7000;

function fade(line) {
  if (line.classList.contains("tone-bad")) return; // what went wrong stays until it is read
  let timer = window.setTimeout(() => line.remove(), LASTS);
  const hold = () => window.clearTimeout(timer);
  const go = () => { timer = window.setTimeout(() => line.remove(), LASTS); };
  line.addEventListener("pointerenter", hold);
  line.addEventListener("focusin", hold);
  line.addEventListener("pointerleave", go);
  line.addEventListener("focusout", go);
}

function show({ text, tone = "info", undo_url: undo = "" }) {
  const line = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  line.classList.add(`tone-${tone}`);
  line.querySelector(".toast-text").textContent = text;
  const form = line.querySelector("form");
  form.hidden = !undo;
  if (undo) form.action = undo;
  area.append(line);
  fade(line);
}

for (const line of area.querySelectorAll("[data-toast]")) fade(line);
area.addEventListener("click", (event) => {
  if (event.target.closest("[data-toast-close]")) event.target.closest("[data-toast]").remove();
});
document.addEventListener("toasts", (event) => event.detail.toasts.forEach(show));
document.addEventListener("htmx:sendError", () => show({ text: words.network, tone: "bad" }));
document.addEventListener("htmx:responseError", (event) => {
  const forbidden = [401, 403].includes(event.detail.xhr.status);
  show({ text: forbidden ? words.forbidden : words.server, tone: "bad" });
});
