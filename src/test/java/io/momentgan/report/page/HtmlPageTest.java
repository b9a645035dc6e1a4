package io.momentgan.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class HtmlPageTest {
  /**
   * After "<!--<script", a browser takes what follows the next end of a script for a part of it.
   */
  @Test
  void namesOfRunsCannotEndTheDataOrGoOnAfterIt() {
    String evil = "<!--<script></script><b>x</b>";
    Chart chart =
        new Chart(
            "fd",
            evil,
            "caption",
            "line",
            "epoch",
            "FD",
            false,
            List.of("1", "2"),
            List.of(
                new Chart.Series(
                    evil, Arrays.asList(1.0, 2.0), List.of(), List.of(), null, false)));
    String html = new HtmlPage(evil).add(List.of(chart)).html();
    assertThat(html).doesNotContain("<!--", "<b>x");
    int data = html.indexOf("id=\"report-data\">");
    String element = html.substring(data, html.indexOf("</script>", data));
    assertThat(element).contains("\\u003c!--\\u003cscript>").contains("\"grids\"");
  }
}
