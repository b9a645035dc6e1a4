package io.momentgan.classification;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Errors on labelled images.
 *
 * @param split the images: "test" or "validation"
 * @param images number of images
 * @param ofMembers errors of each member of an ensemble
 * @param together errors of the ensemble
 */
public record ErrorCount(String split, int images, List<Integer> ofMembers, int together)
    implements Serializable {
  /** Copies the list. */
  public ErrorCount {
    ofMembers = List.copyOf(ofMembers);
  }

  ErrorCount plus(ErrorCount other) {
    return new ErrorCount(
        split,
        images + other.images,
        IntStream.range(0, ofMembers.size())
            .mapToObj(m -> ofMembers.get(m) + other.ofMembers.get(m))
            .toList(),
        together + other.together);
  }

  /** Share of the images that the ensemble gets wrong. */
  public double share() {
    return (double) together / images;
  }

  /** Share of the images that it gets right. */
  public double accuracy() {
    return (double) (images - together) / images;
  }

  /** The images and a share, such as "10000 test images (3.12 %)". */
  public String of(int errors) {
    return String.format(
        Locale.ROOT, "%d %s images (%.2f %%)", images, split, 100.0 * errors / images);
  }
}
