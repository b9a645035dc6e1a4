package io.momentgan.classification;

import io.momentgan.config.UserException;
import io.momentgan.data.Images;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.partition.Shard;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Classifiers that decide together: by the sum of their probabilities.
 *
 * @param members at least one, of the same classes and shape of images
 */
public record Ensemble(List<Classifier> members) implements Serializable {
  /**
   * Checks that the members fit together.
   *
   * @throws UserException naming two that do not
   */
  public Ensemble {
    members = List.copyOf(members);
    for (Classifier other : members) {
      requireAlike(members.get(0), other);
    }
  }

  private static void requireAlike(Classifier first, Classifier other) {
    if (first.count() != other.count() || !first.classes().equals(other.classes())) {
      throw new UserException(
          "%s: found %s, expected %s as %s has; give runs of the same classes"
              .formatted(other.name(), classes(other), classes(first), first.name()));
    }
    if (!first.shape().equals(other.shape())) {
      throw new UserException(
          "%s: found images of %s, expected %s as %s has; give runs of the same shape of images"
              .formatted(other.name(), other.shape(), first.shape(), first.name()));
    }
  }

  private static String classes(Classifier classifier) {
    List<String> names = classifier.classes();
    return classifier.count()
        + " classes"
        + (names.isEmpty() ? "" : " (%s)".formatted(String.join(", ", names)));
  }

  /** Whether what a member says of an image depends on the images beside it. */
  public boolean comparesImages() {
    return members.stream().anyMatch(Classifier::comparesImages);
  }

  /** Opens the networks on this machine. */
  public Networks open() {
    return new Networks(members.stream().map(Member::new).toList());
  }

  /** The networks of an ensemble; used by one thread. */
  public static final class Networks {
    private final List<Member> members;

    private Networks(List<Member> members) {
      this.members = members;
    }

    /**
     * Classifies images of a part.
     *
     * @param part which
     * @param read the images from {@link ImagePart#first} on
     * @return the mean of the members' probabilities, a row for each image of the part
     */
    public Probabilities classify(ImagePart part, Images read) {
      return Probabilities.mean(ofMembers(part, read));
    }

    private Probabilities[] ofMembers(ImagePart part, Images read) {
      return members.stream()
          .map(member -> member.classify(part, read))
          .toArray(Probabilities[]::new);
    }

    /** Counts the images of a part whose label is not the most probable class. */
    ErrorCount errors(ImagePart part, Images read, String split) {
      Probabilities[] ofMembers = ofMembers(part, read);
      byte[] labels = Arrays.copyOfRange(read.labels(), part.from() - part.first(), read.count());
      return new ErrorCount(
          split,
          labels.length,
          Arrays.stream(ofMembers).map(each -> errors(each, labels)).toList(),
          errors(Probabilities.mean(ofMembers), labels));
    }

    private static int errors(Probabilities probabilities, byte[] labels) {
      return (int)
          IntStream.range(0, labels.length)
              .filter(i -> probabilities.named(i) != Byte.toUnsignedInt(labels[i]))
              .count();
    }
  }

  /** A member's network. */
  private static final class Member {
    private final Classifier classifier;
    private final Network network;

    Member(Classifier classifier) {
      this.classifier = classifier;
      this.network = GanNetworks.discriminatorForUse(classifier.experiment(), classifier.shape());
      network.load(classifier.state());
    }

    Probabilities classify(ImagePart part, Images read) {
      float black = classifier.experiment().generator().output().black();
      Shard rows = new Shard(0, read, black);
      int classes = classifier.count();
      double[] values = new double[(part.to() - part.from()) * classes];
      for (int from = part.from(); from < part.to(); from += ImagePart.BATCH) {
        ImagePart batch = new ImagePart(from, Math.min(part.to(), from + ImagePart.BATCH));
        int first = batch.first() - part.first();
        int count = batch.to() - batch.first();
        double[] named = batch(rows.rows(IntStream.range(first, first + count).toArray()), count);
        int known = (from - batch.first()) * classes;
        System.arraycopy(
            named, known, values, (from - part.from()) * classes, named.length - known);
      }
      return new Probabilities(values, classes);
    }

    private double[] batch(float[] rows, int count) {
      INDArray input = HostArrays.toArray(rows, count, rows.length / count);
      float[] logits = HostArrays.floats(network.sample(input));
      return Probabilities.softmax(logits, logits.length / count, classifier.firstOutput())
          .values();
    }
  }
}
