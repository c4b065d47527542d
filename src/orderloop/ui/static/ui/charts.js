// Draws every [data-chart]: the figures stand in the JSON block of that id, the colours come from the page's theme.
// A point that carries `url` leads to the very records behind it.
const drawn = new Map();

function ink() {
  const css = getComputedStyle(document.documentElement);
  const of = (name) => css.getPropertyValue(name).trim();
  return {
    text: of("--ol-text"), soft: of("--ol-soft"), line: of("--ol-line"), raised: of("--ol-raised"),
    series: ["--ol-accent", "--ol-good-dot", "--ol-warn-dot", "--ol-info-dot", "--ol-bad-dot", "--ol-neutral-dot"].map(of),
  };
}

function themed(option) {
  const { text, soft, line, raised, series } = ink();
  const axis = {
    axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { color: soft, fontSize: 12 },
    splitLine: { lineStyle: { color: line } }, nameTextStyle: { color: soft },
  };
  const both = (given) => [].concat(given ?? []).map((one) => ({ ...axis, ...one, axisLabel: { ...axis.axisLabel, ...one.axisLabel } }));
  const aim = { symbol: "none", silent: true, lineStyle: { color: soft }, label: { position: "insideEndTop", color: soft, textBorderWidth: 0 } };
  const rows = [].concat(option.series ?? []).map((one) => (one.markLine ? {
    ...one, markLine: { ...aim, ...one.markLine, label: { ...aim.label, ...one.markLine.label } },
  } : one));
  return {
    color: series,
    textStyle: { color: text, fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 16, top: 32, bottom: 8, containLabel: true },
    animation: false,
    ...option,
    tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: raised, borderColor: line, textStyle: { color: text, fontSize: 12 }, ...option.tooltip },
    legend: { show: rows.length > 1, top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: { color: soft }, ...option.legend },
    xAxis: both(option.xAxis),
    yAxis: both(option.yAxis),
    series: rows,
  };
}

function draw(place) {
  const option = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  drawn.get(place)?.dispose();
  const chart = window.echarts.init(place, null, { renderer: "svg" });
  chart.setOption(themed(option));
  chart.on("click", ({ data }) => { if (data?.url) window.location.assign(data.url); });
  drawn.set(place, chart);
}

function drawAll() {
  for (const [place, chart] of drawn) {
    if (place.isConnected) continue;
    chart.dispose();
    drawn.delete(place);
  }
  for (const place of document.querySelectorAll("[data-chart]")) draw(place);
}

drawAll();
document.addEventListener("htmx:afterSettle", drawAll);
window.addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
