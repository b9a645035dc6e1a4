package io.momentgan.data.arrays;

import io.momentgan.config.DataConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.DataSet.RejectedFile;
import io.momentgan.data.FileLocation;
import io.momentgan.data.FoundImages;
import io.momentgan.data.ImageShape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The binary version of CIFAR-10 and CIFAR-100: records of labels (one, or coarse and fine) and
 * 3072 bytes in channel, row, column order.
 *
 * @see <a href="https://www.cs.toronto.edu/~kriz/cifar.html">its description</a>
 */
public final class CifarForm implements ArrayForm {
  private static final ImageShape SHAPE = new ImageShape(3, 32, 32);
  private static final Pattern BATCH = Pattern.compile("data_batch_([0-9]+)\\.bin(\\.gz)?");
  private static final Version TEN =
      new Version("CIFAR-10", 1, 10, 5, 10_000, BATCH, "test_batch", "batches.meta.txt");
  private static final Version HUNDRED =
      new Version(
          "CIFAR-100",
          2,
          100,
          1,
          50_000,
          Pattern.compile("(train)\\.bin(\\.gz)?"),
          "test",
          "fine_label_names.txt");
  private static final int TEST_IMAGES = 10_000;

  /**
   * One of the two data sets.
   *
   * @param name its name
   * @param labels labels before each image; the last is used
   * @param classes number of classes
   * @param batches number of files to train on
   * @param batchImages images in each as published
   * @param training names of the files to train on
   * @param test name of the test file without its extension
   * @param names file with the names of the classes
   */
  private record Version(
      String name,
      int labels,
      int classes,
      int batches,
      int batchImages,
      Pattern training,
      String test,
      String names) {
    int itemBytes() {
      return labels + SHAPE.features();
    }

    boolean isTest(String file) {
      return file.equals(test + ".bin") || file.equals(test + ".bin.gz");
    }
  }

  @Override
  public Optional<FoundImages> open(Place place, DataConfig config) {
    for (Version version : List.of(TEN, HUNDRED)) {
      Set<String> folders = new TreeSet<>();
      for (String file : place.files().keySet()) {
        if (version.training().matcher(Place.name(file)).matches()) {
          folders.add(Place.folder(file));
        }
      }
      boolean asked =
          place.given().isEmpty()
              || version.training().matcher(place.given().get()).matches()
              || version.isTest(place.given().get());
      if (!folders.isEmpty() && asked) {
        requireOne(place, folders, version);
        return Optional.of(new Opening(place, folders.iterator().next(), version, config).found());
      }
    }
    return Optional.empty();
  }

  private static void requireOne(Place place, Set<String> folders, Version version) {
    if (folders.size() > 1) {
      throw new DataException(
          "%s: found %s in the folders %s, expected one; set data.uri to one of them"
              .formatted(place.location(), version.name(), String.join(", ", folders)));
    }
  }

  /** One folder, read whole; a given file stands for the folder. */
  private record Opening(Place place, String folder, Version version, DataConfig config) {
    FoundImages found() {
      List<String> batches = batches();
      Set<String> used = new TreeSet<>(batches);
      Optional<String> test =
          place.files().keySet().stream()
              .filter(file -> Place.folder(file).equals(folder))
              .filter(file -> version.isTest(Place.name(file)))
              .findFirst();
      test.ifPresent(used::add);
      Optional<String> names =
          Optional.of(folder + version.names()).filter(place.files()::containsKey);
      names.ifPresent(used::add);
      List<RejectedFile> rejected =
          place.unused(used, "no file of %s that is read".formatted(version.name()));
      ArraySplit training = split(batches);
      int images = training.images().count();
      int published = version.batches() * version.batchImages();
      List<String> verdicts = new ArrayList<>();
      verdicts.add(
          images == published
              ? version.name() + ", as many images as published"
              : version.name() + ", " + images + " of " + published + " published images");
      Optional<ArraySplit> testSplit = test.map(file -> split(List.of(file)));
      testSplit
          .filter(split -> split.images().count() != TEST_IMAGES)
          .ifPresent(
              split ->
                  verdicts.add(
                      split.images().count() + " of " + TEST_IMAGES + " published test images"));
      return new FoundArrays(
              DataSet.Kind.CIFAR,
              training,
              Optional.empty(),
              testSplit,
              names.map(this::classes).orElse(List.of()),
              rejected,
              config.transpose())
          .checkAsNumbered(verdicts);
    }

    /** Finds the files to train on in the order of their numbers. */
    private List<String> batches() {
      List<String> batches = new ArrayList<>();
      for (int number = 1; number <= version.batches(); number++) {
        for (String file : place.files().keySet()) {
          Matcher name = version.training().matcher(Place.name(file));
          boolean here = Place.folder(file).equals(folder) && name.matches();
          boolean next =
              here && (version.batches() == 1 || name.group(1).equals(String.valueOf(number)));
          if (next && batches.size() < number) {
            batches.add(file);
          }
        }
        if (batches.size() < number && version.batches() > 1) {
          throw new DataException(
              "%s: found no data_batch_%d.bin, expected data_batch_1.bin to data_batch_%d.bin of %s; copy the missing file"
                  .formatted(place.location(), number, version.batches(), version.name()));
        }
      }
      return batches;
    }

    private ArraySplit split(List<String> files) {
      List<ArrayPart> parts = new ArrayList<>();
      List<DataSet.StoredFile> stored = new ArrayList<>();
      int labelAt = version.labels() - 1;
      LabelCheck all = null;
      for (String file : files) {
        Contents contents = Contents.of(place.files().get(file));
        LabelCheck check =
            new LabelCheck(
                contents, SampleType.BYTE, version.itemBytes(), labelAt, version.classes() - 1);
        StoredItems items =
            StoredItems.inspect(
                contents,
                in ->
                    new StoredItems.Layout(
                        "images with labels",
                        version.itemBytes(),
                        StoredItems.AS_MANY_AS_THERE_ARE),
                check);
        parts.add(new ArrayPart(items, version.labels(), items, labelAt, SampleType.BYTE));
        stored.add(items.describe(version.name() + ", nothing to compare the MD5 with"));
        all = check;
      }
      requireEqual(parts);
      return ArraySplit.of(
          parts,
          PixelLayout.bytes(SHAPE, false, config.transpose()),
          Optional.ofNullable(all),
          stored);
    }

    /** Records have no count: a file that is cut off between two of them is shorter than others. */
    private void requireEqual(List<ArrayPart> parts) {
      int most = parts.stream().mapToInt(ArrayPart::count).max().orElseThrow();
      for (ArrayPart part : parts) {
        if (part.count() != most) {
          throw new DataException(
              "%s: found %d images, expected %d as in the other files; is it truncated? Copy the file again"
                  .formatted(part.images().contents(), part.count(), most));
        }
      }
    }

    private List<String> classes(String file) {
      FileLocation location = place.files().get(file);
      String text;
      try (InputStream in = location.openContents()) {
        text = new String(in.readNBytes(1 << 16), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw DataException.unreadable(location.toString(), e);
      }
      List<String> names = text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
      if (names.size() != version.classes()) {
        throw new DataException(
            "%s: found %d names, expected %d; copy the file again"
                .formatted(location, names.size(), version.classes()));
      }
      return names;
    }
  }
}
