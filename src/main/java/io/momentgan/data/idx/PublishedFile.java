package io.momentgan.data.idx;

import io.momentgan.data.DataSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A file of a published data set, known by the MD5 of its uncompressed contents: copies in
 * circulation are compressed differently.
 *
 * @param family the data set
 * @param part the file's role in it
 * @param md5 in hexadecimal
 */
public record PublishedFile(String family, String part, String md5) {
  private static final String MNIST = "MNIST";
  private static final String FASHION = "Fashion-MNIST";
  private static final String UNKNOWN = "not a published file";
  private static final List<PublishedFile> ALL =
      List.of(
          new PublishedFile(MNIST, "train-images", "6bbc9ace898e44ae57da46a324031adb"),
          new PublishedFile(MNIST, "train-labels", "a25bea736e30d166cdddb491f175f624"),
          new PublishedFile(MNIST, "t10k-images", "2646ac647ad5339dbf082846283269ea"),
          new PublishedFile(MNIST, "t10k-labels", "27ae3e4e09519cfbb04c329615203637"),
          new PublishedFile(FASHION, "train-images", "f4a8712d7a061bf5bd6d2ca38dc4d50a"),
          new PublishedFile(FASHION, "train-labels", "9018921c3c673c538a1fc5bad174d6f9"),
          new PublishedFile(FASHION, "t10k-images", "8181f5470baa50b63fa0f6fddb340f0a"),
          new PublishedFile(FASHION, "t10k-labels", "15d484375f8d13e6eb1aabb0c3f46965"));

  /** Says which published file has this MD5. */
  static String verdict(String md5) {
    return find(md5).map(file -> file.family + " " + file.part + ", MD5 ok").orElse(UNKNOWN);
  }

  /** Says which published data set the files belong to. */
  public static String verdict(List<DataSet.StoredFile> files) {
    Set<String> families =
        files.stream()
            .map(file -> find(file.md5()).map(PublishedFile::family).orElse(UNKNOWN))
            .collect(Collectors.toSet());
    if (families.size() > 1) {
      return "a mixture: "
          + files.stream().map(DataSet.StoredFile::verdict).collect(Collectors.joining("; "));
    }
    return families.contains(UNKNOWN)
        ? "no published data set, nothing to compare with"
        : families.iterator().next() + ", MD5 ok";
  }

  private static Optional<PublishedFile> find(String md5) {
    return ALL.stream().filter(file -> file.md5.equals(md5)).findFirst();
  }
}
