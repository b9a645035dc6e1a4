package io.momentgan.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LinePlotTest {
  @Test
  void anAxisEndsAtZeroUnlessValuesAreBelow() {
    assertThat(lowestOf(LinePlot.Scale.BY_RANGE, 0.2, 0.9)).isZero();
    assertThat(lowestOf(LinePlot.Scale.BY_RANGE, 0, 0.9)).isZero();
    assertThat(lowestOf(LinePlot.Scale.BY_RANGE, -0.1, 0.9)).isBetween(-0.3, -0.1);
    assertThat(lowestOf(LinePlot.Scale.ABOUT_ZERO, 0.1, 0.9)).isNegative();
  }

  private static double lowestOf(LinePlot.Scale scale, double... values) {
    double[] x = IntStream.range(0, values.length).asDoubleStream().toArray();
    LinePlot.Line line = new LinePlot.Line("a", x, values, 0, false);
    return LinePlot.drawn(new LinePlot.Panel("y", scale, List.of(line)))
        .getRangeAxis()
        .getRange()
        .getLowerBound();
  }

  @Test
  void figuresAreFilesOfPixelsOrLinesAndTheirDataAreCsv() {
    double[] x = {1, 2, 3};
    LinePlot.Line line =
        new LinePlot.Line(
            "a, b",
            x,
            new double[] {1, Double.NaN, 4},
            new double[] {0, 1, 2},
            new double[] {2, 3, 9},
            1,
            false);
    LinePlot plot =
        new LinePlot(
            "Title",
            "Epoch",
            List.of(new LinePlot.Panel("y", LinePlot.Scale.LINEAR, List.of(line))));

    assertThat(plot.drawing().svg())
        .startsWith("<?xml")
        .contains("Title", "Epoch", "rgb(213,94,0)")
        .isEqualTo(plot.drawing().svg());
    assertThat(plot.csv())
        .isEqualTo("line,x,y\n\"a, b\",1.0,1.0\n\"a, b\",2.0,\n\"a, b\",3.0,4.0\n");
    // The band is part of the range.
    assertThat(LinePlot.drawn(plot.panels().get(0)).getRangeAxis().getUpperBound())
        .isGreaterThanOrEqualTo(9);
  }
}
