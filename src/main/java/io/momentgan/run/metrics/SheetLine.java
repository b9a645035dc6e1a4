package io.momentgan.run.metrics;

import java.util.List;

/**
 * One line of {@code metrics/sheets.jsonl}: a grid of the run's fixed z at a chosen iteration.
 *
 * @param epoch the round's epoch, from 1 on
 * @param round rounds finished when it was drawn
 * @param iteration iterations finished when it was drawn
 * @param asked iterations that it was asked for at; it shows the end of the first round from there
 * @param images number of images
 * @param zSha256 SHA-256 of the latent vectors, little-endian floats row after row
 */
public record SheetLine(
    int epoch, long round, long iteration, List<Long> asked, int images, String zSha256) {
  /** Copies the list. */
  public SheetLine {
    asked = List.copyOf(asked);
  }
}
