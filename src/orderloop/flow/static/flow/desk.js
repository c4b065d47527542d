// A form that came back with a fault stands in a dialog: open it again, so that nothing typed is out of sight.
for (const mark of document.querySelectorAll("[data-open-at-once]")) document.getElementById(mark.dataset.openAtOnce)?.showModal();

// A single key of the batch bar, with nothing ticked, means the row one stands on.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem("orderloop.single-keys") === "off") return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select") || document.querySelector("dialog[open]")) return;
  if (!document.querySelector(`[data-batch-bar] [data-key="${CSS.escape(event.key)}"]`)) return;
  if (document.querySelector("[data-tick]:checked")) return;
  const box = document.querySelector("tr.is-current [data-tick]");
  if (box) box.checked = true;
  if (box) box.dispatchEvent(new Event("change", { bubbles: true }));
}, true);
