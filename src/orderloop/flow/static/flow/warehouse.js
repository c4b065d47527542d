// What is in hand is ticked line by line. The ticks stay on this phone, so a gap in the network or a reload loses none.
const form = document.querySelector("[data-picks]");
if (form) {
  const key = `orderloop.picks.${form.dataset.picks}`;
  const boxes = [...form.querySelectorAll("[data-found]")];
  const kept = new Set(JSON.parse(sessionStorage.getItem(key) ?? "[]"));
  for (const box of boxes) box.checked = kept.has(box.dataset.found);
  form.addEventListener("change", () => {
    sessionStorage.setItem(key, JSON.stringify(boxes.filter((box) => box.checked).map((box) => box.dataset.found)));
  });
}

// A scanner ends what it reads with Enter: in the list that ticks the row and goes on to the next one.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches(".tracking-cell")) return;
  event.preventDefault();
  const box = event.target.closest("tr").querySelector("[data-tick]");
  if (box && !box.checked && event.target.value) box.click();
  const cells = [...document.querySelectorAll(".tracking-cell")];
  cells[cells.indexOf(event.target) + 1]?.focus();
});
