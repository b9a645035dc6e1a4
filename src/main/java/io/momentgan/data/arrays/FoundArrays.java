package io.momentgan.data.arrays;

import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.FoundImages;
import io.momentgan.data.ImageSource;
import io.momentgan.data.arrays.ArrayName.Split;
import io.momentgan.data.arrays.RenumberedLabels.Numbering;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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
  /** An array that by its name holds images or labels of a split. */
  public interface Named {
    /** Returns where its values lie. */
    Contents contents();

    /** Names its data set: arrays of one group belong together. */
    String group();

    /** Returns its split; training where its name says none. */
    Split part();

    /** Returns whether it holds labels. */
    boolean holdsLabels();
  }

  /** Names the data sets of which there are training images. */
  public static Set<String> groups(List<? extends Named> arrays) {
    return training(arrays).map(Named::group).collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<? extends Named> training(List<? extends Named> arrays) {
    return arrays.stream().filter(array -> array.part() == Split.TRAINING && !array.holdsLabels());
  }

  /** Lists the locations of arrays. */
  public static String locations(Stream<? extends Named> arrays) {
    return arrays.map(array -> array.contents().toString()).collect(Collectors.joining(", "));
  }

  /**
   * Requires that there is one data set.
   *
   * @param groups those to choose from, at least one
   * @param location of all
   * @param arrays to name where there are several
   */
  public static String only(Set<String> groups, String location, List<? extends Named> arrays) {
    if (groups.size() > 1) {
      throw new DataException(
          "%s: found %d data sets of arrays, expected one; set data.uri to one file of them, or remove the others: %s"
              .formatted(location, groups.size(), locations(training(arrays))));
    }
    return groups.iterator().next();
  }

  /** Finds the images or labels of a split, and refuses two. */
  public static <T extends Named> Optional<T> one(List<T> arrays, Split split, boolean labels) {
    List<T> all =
        arrays.stream()
            .filter(array -> array.part() == split && array.holdsLabels() == labels)
            .toList();
    if (all.size() > 1) {
      throw new DataException(
          "%s: found a second array of the same %s, %s, expected one; remove one of them"
              .formatted(
                  all.get(0).contents(), labels ? "labels" : "images", all.get(1).contents()));
    }
    return all.stream().findFirst();
  }

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
