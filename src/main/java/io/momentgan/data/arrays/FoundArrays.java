package io.momentgan.data.arrays;

import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.FoundImages;
import io.momentgan.data.ImageSource;
import io.momentgan.data.arrays.RenumberedLabels.Numbering;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The splits of a data set of arrays.
 *
 * @param kind their form
 * @param training images to train on
 * @param validation images to tune with
 * @param test images to measure with
 * @param classes names of the classes; empty where labels are only numbers
 * @param rejected files and arrays that are not used
 * @param transposed whether {@code data.transpose} is on
 */
public record FoundArrays(
    DataSet.Kind kind,
    ArraySplit training,
    Optional<ArraySplit> validation,
    Optional<ArraySplit> test,
    List<String> classes,
    List<DataSet.RejectedFile> rejected,
    boolean transposed) {
  /**
   * Checks the splits against each other. Labels of which none is 0 and the smallest is 1 become
   * classes from 0, named by the label.
   *
   * @param verdicts what the verdict says first
   * @throws DataException when they do not fit together
   */
  public FoundImages check(List<String> verdicts) {
    boolean fromOne = training.labels().isPresent() && min() == 1;
    return check(verdicts, fromOne ? Numbering.FROM_ONE : Numbering.AS_STORED);
  }

  /** Checks the splits against each other; labels keep their numbers. */
  public FoundImages checkAsNumbered(List<String> verdicts) {
    return check(verdicts, Numbering.AS_STORED);
  }

  /**
   * Checks the splits against each other; labels are digits, of which 0 may be stored as 10, as in
   * SVHN.
   */
  public FoundImages checkDigits(List<String> verdicts) {
    boolean ten = min() >= 1 && max() <= Numbering.TEN;
    return check(verdicts, ten ? Numbering.TEN_IS_ZERO : Numbering.AS_STORED);
  }

  private int min() {
    return labels().mapToInt(LabelCheck::min).min().orElse(0);
  }

  private int max() {
    return labels().mapToInt(LabelCheck::max).max().orElse(0);
  }

  private FoundImages check(List<String> verdicts, Numbering numbering) {
    List<ArraySplit> all = splits().toList();
    all.forEach(split -> split.requireShapeOf(training));
    int last = numbering.last(max());
    if (!classes.isEmpty() && last >= classes.size()) {
      throw new DataException(
          "%s: found class %d, expected one of the %d that have names; give files that belong together"
              .formatted(training.location(), last, classes.size()));
    }
    List<String> notes = new ArrayList<>(verdicts);
    numbering.note(max()).ifPresent(notes::add);
    if (training.labels().isPresent()) {
      all.stream()
          .filter(split -> split.labels().isEmpty())
          .forEach(split -> notes.add(split.location() + " has no labels"));
    }
    if (transposed) {
      notes.add("rows and columns swapped (data.transpose)");
    }
    return new FoundImages(
        kind,
        source(training, numbering),
        validation.map(split -> source(split, numbering)),
        test.map(split -> source(split, numbering)),
        numbering == Numbering.FROM_ONE && classes.isEmpty() ? numbers(max()) : classes,
        files(),
        rejected,
        String.join("; ", notes),
        identity(numbering));
  }

  private Stream<ArraySplit> splits() {
    return Stream.of(Optional.of(training), validation, test).flatMap(Optional::stream);
  }

  private Stream<LabelCheck> labels() {
    return splits().flatMap(split -> split.labels().stream());
  }

  /** Files of all splits, those to train on first. */
  public List<DataSet.StoredFile> files() {
    return splits().flatMap(split -> split.files().stream()).distinct().toList();
  }

  private static ImageSource source(ArraySplit split, Numbering numbering) {
    return numbering == Numbering.AS_STORED || split.labels().isEmpty()
        ? split.images()
        : new RenumberedLabels(split.images(), numbering);
  }

  private static List<String> numbers(int max) {
    return IntStream.rangeClosed(1, max).mapToObj(String::valueOf).toList();
  }

  // Of plain IDX files nothing but their MD5, as ever: fingerprints of published runs stay.
  private String identity(Numbering numbering) {
    String md5s =
        splits()
            .flatMap(split -> split.files().stream())
            .map(DataSet.StoredFile::md5)
            .collect(Collectors.joining(" "));
    return md5s + (transposed ? " transposed" : "") + numbering.identity();
  }
}
