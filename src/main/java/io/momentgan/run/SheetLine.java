package io.momentgan.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.momentgan.config.UserException;
import io.momentgan.storage.Folder;
import java.util.List;

/**
 * One line of {@code metrics/sheets.jsonl}: a grid of the run's fixed z, drawn at a chosen
 * iteration.
 *
 * @param epoch the round's epoch, from 1 on
 * @param round rounds finished when it was drawn
 * @param iteration iterations finished when it was drawn
 * @param asked iterations that it was asked for at; it shows the first round's end from there on
 * @param images number of images
 * @param zSha256 SHA-256 of the latent vectors, little-endian floats row after row
 */
public record SheetLine(
    int epoch, long round, long iteration, List<Long> asked, int images, String zSha256) {
  /** Copies the list. */
  public SheetLine {
    asked = List.copyOf(asked);
  }

  /**
   * All sheets drawn so far.
   *
   * @param folder the run's folder
   * @return in the order of the file; empty where there are none
   * @throws UserException naming the line that is no record of a sheet
   */
  public static List<SheetLine> readAll(Folder folder) {
    String path = MetricsLog.Table.SHEETS.path();
    return folder.exists(path)
        ? folder.readText(path).lines().map(line -> parse(line, folder + "/" + path)).toList()
        : List.of();
  }

  private static SheetLine parse(String line, String file) {
    try {
      return Json.MAPPER.readValue(line, SheetLine.class);
    } catch (JsonProcessingException e) {
      throw new UserException("%s: not the record of a sheet: %s".formatted(file, line), e);
    }
  }
}
