package io.momentgan.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.momentgan.run.metrics.EpochLine;
import io.momentgan.run.metrics.Jsonl;
import io.momentgan.run.metrics.JsonlTest;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.run.metrics.RoundLine;
import io.momentgan.storage.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * Pages in a real browser, where there is one: Debian's packages {@code chromium} and {@code
 * chromium-driver}. Screenshots are left in {@code target/screenshots}.
 */
class ReportInBrowserTest {
  private static final int PHONE_PIXELS = 412;
  private static final int DESKTOP_PIXELS = 1280;
  private static final Path SCREENSHOTS =
      Path.of(System.getProperty("momentgan.repository", "."), "target/screenshots");

  @TempDir private Path out;

  private ChromeDriver browser;

  @BeforeEach
  void open() {
    Optional<Path> chromium = find("chromium", "chromium-browser", "google-chrome");
    Optional<Path> driver = find("chromedriver");
    assumeTrue(
        chromium.isPresent() && driver.isPresent(),
        "The report page goes untested in a browser: no chromium and chromedriver on the PATH;"
            + " apt-get install chromium chromium-driver");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.orElseThrow().toFile());
    options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu");
    options.addArguments("--disable-dev-shm-usage", "--hide-scrollbars");
    options.setCapability("goog:loggingPrefs", logs);
    browser =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(driver.orElseThrow().toFile())
                .build(),
            options);
  }

  @AfterEach
  void close() {
    if (browser != null) {
      browser.quit();
    }
  }

  private static Optional<Path> find(String... names) {
    return Stream.of(names)
        .flatMap(name -> Stream.of(System.getenv("PATH").split(":")).map(dir -> Path.of(dir, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @ParameterizedTest
  @ValueSource(ints = {PHONE_PIXELS, DESKTOP_PIXELS})
  void aReportWorks(int width) throws IOException {
    Folder run = run("ff5", 1);
    RunPage.write(run);
    show(run, RunPage.PAGE, width);

    assertSound("report-" + width);
    assertThat(browser.findElements(By.tagName("canvas"))).hasSize(9);
    assertThat(browser.findElements(By.cssSelector("img:not(.drawn)"))).hasSize(4);
    moveSlider();
    assertFiles();
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(ints = {PHONE_PIXELS, DESKTOP_PIXELS})
  void pagesCanBeDarkAndPrinted(int width) throws IOException {
    Folder run = run("ff5", 1);
    RunPage.write(run);
    emulate("screen", "dark");
    show(run, RunPage.PAGE, width);
    assertSound("report-dark-" + width);
    assertThat(background()).isEqualTo("rgb(22, 22, 22)");

    // Paper is white, also for a reader of dark pages, and gets charts as drawings.
    emulate("print", "dark");
    assertThat(background()).isEqualTo("rgb(255, 255, 255)");
    assertThat(
            script("return [...document.querySelectorAll('canvas')].some(c => c.offsetHeight > 0)"))
        .isEqualTo(false);
    assertThat(
            script(
                "return [...document.querySelectorAll('img.drawn')].every(i => i.naturalWidth == 640"
                    + " && i.offsetHeight > 100)"))
        .isEqualTo(true);
    screenshot("report-print-" + width);
  }

  @ParameterizedTest
  @ValueSource(ints = {PHONE_PIXELS, DESKTOP_PIXELS})
  void aComparisonWorks(int width) throws IOException {
    List<Folder> runs = List.of(run("ff5", 1), run("ff5", 2), run("ff6", 1));
    Folder target = Folder.at(out.resolve("page").toString(), Map.of());
    target.publish("index.html", new ComparisonPage(runs).html(target));
    show(target, "index.html", width);

    assertSound("comparison-" + width);
    assertThat(browser.findElements(By.tagName("canvas"))).hasSize(7);
    assertThat(browser.findElements(By.cssSelector("img:not(.drawn)"))).hasSize(3);
    assertThat(browser.findElements(By.tagName("table")).get(0).getText())
        .contains("ff5 1, 2 3 of 4 71.00 ± 1.41");
    // A mean, its band's two edges, and the other experiment.
    assertThat(script("return Chart.getChart('fd').data.datasets.map(d => d.data[2])"))
        .isEqualTo(List.of(71L, 70L, 72L, 70L));
    assertThat(script("return Chart.getChart('fd').legend.legendItems.map(i => i.text)"))
        .isEqualTo(List.of("ff5, 2 seeds", "ff6, seed 1"));
  }

  private void emulate(String media, String scheme) {
    browser.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "media",
            media,
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  private Object background() {
    return script("return getComputedStyle(document.body).backgroundColor");
  }

  /** Each chart can be had as a drawing and as a table. */
  private void assertFiles() {
    assertThat(
            script(
                "return decodeURIComponent(document.querySelector('a[download=\"fd.csv\"]').href)"))
        .isEqualTo(
            """
            data:text/csv;charset=utf-8,epoch,FD (raw),Real images,Independent pixels
            1,90,1.1,450
            2,80,1.1,450
            3,70,1.1,450
            """);
    assertThat(script("return document.querySelector('a[download=\"fd.svg\"]').href").toString())
        .startsWith("data:image/svg+xml;base64,");
  }

  private Folder run(String name, int seed) {
    List<EpochLine> epochs =
        IntStream.rangeClosed(1, 3).mapToObj(e -> JsonlTest.epoch(e, e, 2 + e)).toList();
    Folder folder = ReportRuns.of(out.resolve("runs"), name, seed, epochs);
    try (Jsonl<RoundLine> rounds = Jsonl.create(folder, MetricsTable.ROUNDS, seed)) {
      for (int epoch = 1; epoch <= 3; epoch++) {
        rounds.append(JsonlTest.round(epoch));
        ReportRuns.addSamples(folder, epoch);
        ReportRuns.addQuality(folder, epoch, "raw", 100 - 10 * epoch + 2 * seed - 2);
      }
    }
    byte[] picture =
        ImageGrid.of(ReportRuns.SHAPE, 4).png(PicturesTest.samples(8, ReportRuns.SHAPE, 9));
    folder.publish(RunPictures.INTERPOLATION, picture);
    folder.publish(RunPictures.NEIGHBOURS, picture);
    return folder;
  }

  private void show(Folder folder, String page, int width) {
    browser.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", width < 600));
    browser.get(folder.uri().replaceFirst("^file:/+", "file:///") + "/" + page);
    // Until the page's script is done, or Selenium's 30 seconds are over.
    browser.executeAsyncScript(
        "const done = arguments[0]; const look = () =>"
            + " document.documentElement.dataset.ready ? done() : setTimeout(look, 50); look();");
  }

  /** It loads without errors and from itself alone, fits, and shows every picture and chart. */
  private void assertSound(String name) throws IOException {
    assertThat(browser.manage().logs().get(LogType.BROWSER).getAll()).isEmpty();
    assertThat(
            script(
                "return performance.getEntriesByType('resource').map(e => e.name)"
                    + ".filter(n => !n.startsWith('data:'))"))
        .isEqualTo(List.of());
    assertThat(script("return document.documentElement.scrollWidth <= innerWidth")).isEqualTo(true);
    assertThat(script("return [...document.images].every(i => i.complete && i.naturalWidth > 0)"))
        .isEqualTo(true);
    assertThat(script("return [...document.images].every(i => i.alt.length > 10)")).isEqualTo(true);
    assertThat(
            script(
                "return [...document.querySelectorAll('canvas')].every(c =>"
                    + " c.getAttribute('aria-label').length > 10 && c.getContext('2d')"
                    + ".getImageData(0, 0, c.width, c.height).data.some(v => v > 0))"))
        .isEqualTo(true);
    screenshot(name);
  }

  private void screenshot(String name) throws IOException {
    Files.createDirectories(SCREENSHOTS);
    long height = (Long) script("return document.documentElement.scrollHeight");
    long width = (Long) script("return innerWidth");
    browser.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    Files.write(SCREENSHOTS.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
  }

  private void moveSlider() {
    WebElement slider = browser.findElement(By.id("slider"));
    WebElement grid = browser.findElement(By.id("grid"));
    String newest = grid.getDomProperty("src");
    slider.sendKeys(Keys.ARROW_LEFT);
    assertThat(browser.findElement(By.id("epoch")).getText()).isEqualTo("2");
    assertThat(grid.getDomProperty("src")).startsWith("data:image/png").isNotEqualTo(newest);
    assertThat(grid.getDomProperty("alt")).endsWith("after epoch 2");
    slider.sendKeys(Keys.ARROW_RIGHT);
    assertThat(grid.getDomProperty("src")).isEqualTo(newest);
  }

  private Object script(String script) {
    return browser.executeScript(script);
  }
}
