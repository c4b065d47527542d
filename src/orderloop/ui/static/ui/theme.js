// Runs before the first paint, so that a page never flashes in the wrong theme: "auto" becomes what the device prefers.
(function () {
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    var chosen = root.dataset.theme || "auto";
    root.dataset.bsTheme = chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
  }
  root.classList.add("has-js");
  apply();
  dark.addEventListener("change", apply);
})();
