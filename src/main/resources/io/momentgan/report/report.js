const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000",
                 "#8c6d31", "#7b4173", "#637939"];
const data = JSON.parse(document.getElementById("report-data").textContent);

function dataset(series, index) {
  const colour = series.reference ? "#777777" : colours[index % colours.length];
  return {
    label: series.name,
    data: series.values,
    borderColor: colour,
    backgroundColor: colour,
    borderWidth: series.reference ? 1.5 : 2,
    borderDash: series.reference ? [6, 4] : [],
    // A line needs two places; a lone one is shown by its points.
    pointRadius: series.values.length === 1 ? 4 : series.reference || series.values.length > 40 ? 0 : 2,
    spanGaps: true,
  };
}

for (const chart of data.charts) {
  new Chart(document.getElementById(chart.id), {
    type: chart.type,
    data: { labels: chart.labels, datasets: chart.series.map(dataset) },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      plugins: { legend: { labels: { usePointStyle: chart.type === "line", pointStyle: "line" } } },
      scales: {
        x: { title: { display: true, text: chart.x }, grid: { display: false } },
        y: { type: chart.logarithmic ? "logarithmic" : "linear",
             title: { display: true, text: chart.y } },
      },
    },
  });
}

const slider = document.getElementById("slider");
if (slider) {
  const grid = document.getElementById("grid");
  slider.parentElement.hidden = false;
  slider.addEventListener("input", () => {
    const [epoch, source] = data.grids[slider.value];
    grid.src = source;
    grid.alt = "Samples of the generator after epoch " + epoch;
    document.getElementById("epoch").textContent = epoch;
  });
}
document.documentElement.dataset.ready = "true";
