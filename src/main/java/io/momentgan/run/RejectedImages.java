package io.momentgan.run;

import io.momentgan.data.DataSet;
import io.momentgan.storage.Folder;
import java.util.List;
import java.util.stream.Collectors;

/** {@code rejected.jsonl} of a run: the image files that are not trained on, each with a reason. */
public final class RejectedImages {
  private static final String FILE = "rejected.jsonl";

  private RejectedImages() {}

  /**
   * Writes the file, if there is anything to write.
   *
   * @param rejected the image files
   * @param folder the run's folder
   */
  public static void publish(List<DataSet.RejectedFile> rejected, Folder folder) {
    if (!rejected.isEmpty()) {
      folder.publish(
          FILE, rejected.stream().map(Json::line).collect(Collectors.joining("\n", "", "\n")));
    }
  }
}
