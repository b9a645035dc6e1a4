const data = JSON.parse(document.getElementById("report-data").textContent);
const grey = "#808080";
const dashes = [[6, 4], [2, 3], [10, 3, 2, 3], [10, 6]];
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

function colour(series) {
  return series.colour < 0 ? grey : data.colours[series.colour % data.colours.length];
}

/** Datasets of a curve: its line, and the edges of its band, the second filled up to the first. */
function datasets(series, greys) {
  const line = {
    label: series.name,
    data: series.values,
    borderColor: colour(series),
    backgroundColor: colour(series),
    borderWidth: series.reference ? 1.5 : 2,
    borderDash: series.reference ? dashes[series.colour < 0 ? greys % dashes.length : 0]
                : series.colour >= data.colours.length ? [2, 2] : [],
    // A line needs two places; a lone one is shown by its points.
    pointRadius: series.values.length === 1 ? 4 : series.reference || series.values.length > 40 ? 0 : 2,
    spanGaps: true,
  };
  const edge = { label: "", borderWidth: 0, pointRadius: 0, spanGaps: true, backgroundColor: colour(series) + "33" };
  return series.low.length === 0 ? [line]
    : [line, { ...edge, data: series.low }, { ...edge, data: series.high, fill: "-1" }];
}

function allDatasets(chart) {
  let greys = 0;
  return chart.series.flatMap(series => datasets(series, series.reference && series.colour < 0 ? greys++ : 0));
}

function csv(chart) {
  const cell = text => /[",\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  const columns = chart.series.flatMap(series => series.low.length === 0 ? [[series.name, series.values]]
    : [[series.name, series.values], [series.name + ", least", series.low], [series.name + ", most", series.high]]);
  const rows = chart.labels.map((label, i) => [label, ...columns.map(([, values]) => values[i] ?? "")]);
  return [[chart.x, ...columns.map(([name]) => name)], ...rows]
    .map(row => row.map(value => cell(String(value))).join(",") + "\n").join("");
}

root.dataset.drawn = "true"; // canvases take the pictures' places
const named = set => set.text !== "" && set.label !== "";
const charts = data.charts.map(chart => {
  const canvas = document.getElementById(chart.id);
  const files = canvas.closest("figure").querySelector("p[hidden]");
  const [svg, table] = files.querySelectorAll("a");
  const picture = canvas.parentElement.querySelector("img");
  svg.href = picture ? picture.src : "";
  table.href = "data:text/csv;charset=utf-8," + encodeURIComponent(csv(chart));
  files.hidden = false;
  return new Chart(canvas, {
    type: chart.type,
    data: { labels: chart.labels, datasets: allDatasets(chart) },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      plugins: {
        legend: { labels: { usePointStyle: chart.type === "line", pointStyle: "line", filter: named } },
        tooltip: { filter: item => named(item.dataset) },
      },
      scales: {
        x: { title: { display: true, text: chart.x }, grid: { display: false } },
        y: { type: chart.logarithmic ? "logarithmic" : "linear",
             title: { display: true, text: chart.y } },
      },
    },
  });
});

/** Takes the page's colours over: charts do not inherit them. */
function paint() {
  const style = getComputedStyle(root);
  const text = style.getPropertyValue("--text").trim();
  const line = style.getPropertyValue("--line").trim();
  for (const chart of charts) {
    chart.options.color = text;
    for (const scale of Object.values(chart.options.scales)) {
      scale.ticks.color = text;
      scale.title.color = text;
      scale.grid.color = line;
    }
    chart.update();
  }
}
paint();
dark.addEventListener("change", paint);

const slider = document.getElementById("slider");
let moved = false;
if (slider) {
  const grid = document.getElementById("grid");
  slider.parentElement.hidden = false;
  slider.addEventListener("input", () => {
    moved = true;
    const [epoch, source] = data.grids[slider.value];
    grid.src = source;
    grid.alt = "Samples of the generator after epoch " + epoch;
    document.getElementById("epoch").textContent = epoch;
  });
}
if (data.reload > 0) {
  setInterval(() => moved || document.hidden || location.reload(), 1000 * data.reload);
}
root.dataset.ready = "true";
