package io.momentgan.data.matlab;

import io.momentgan.config.DataConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.DataSet.RejectedFile;
import io.momentgan.data.FileLocation;
import io.momentgan.data.FoundImages;
import io.momentgan.data.ImageShape;
import io.momentgan.data.arrays.ArrayForm;
import io.momentgan.data.arrays.ArrayName;
import io.momentgan.data.arrays.ArrayName.Split;
import io.momentgan.data.arrays.ArraySplit;
import io.momentgan.data.arrays.Contents;
import io.momentgan.data.arrays.FoundArrays;
import io.momentgan.data.arrays.Place;
import io.momentgan.data.arrays.StoredItems;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * MATLAB's MAT-files of level 5 with images and labels, such as the cropped digits of SVHN.
 *
 * @see <a href="http://ufldl.stanford.edu/housenumbers/">SVHN</a>
 */
public final class MatForm implements ArrayForm {
  private static final String MAT = ".mat";
  private static final String SVHN = "32x32";
  private static final ImageShape SVHN_SHAPE = new ImageShape(3, 32, 32);
  private static final int SVHN_TRAINING = 73_257;
  private static final int SVHN_TEST = 26_032;
  private static final int SVHN_EXTRA = 531_131;
  private static final List<String> DIGITS =
      IntStream.range(0, 10).mapToObj(String::valueOf).toList();

  /** Files that make a folder one of pictures, in which MAT-files say something about them. */
  private static final Set<String> PICTURES =
      Set.of("png", "jpg", "jpeg", "webp", "bmp", "gif", "tif", "tiff");

  @Override
  public Optional<FoundImages> open(Place place, DataConfig config) {
    Set<String> files = files(place);
    if (files.isEmpty()) {
      return Optional.empty();
    }
    List<RejectedFile> rejected = new ArrayList<>();
    List<MatArray> arrays = new ArrayList<>();
    files.forEach(file -> arrays.addAll(arrays(file, place.files().get(file), rejected)));
    Set<String> groups = FoundArrays.groups(arrays);
    if (groups.isEmpty() && place.given().isEmpty() && files.size() < place.files().size()) {
      return Optional.empty(); // other files of the folder may be images
    }
    String group = group(place, arrays, groups, rejected);
    List<MatArray> chosen = new ArrayList<>();
    for (MatArray array : arrays) {
      if (array.group().equals(group)) {
        chosen.add(array);
      } else {
        rejected.add(
            new RejectedFile(array.location(), "variable of another data set by its name"));
      }
    }
    rejected.addAll(place.unused(files, "no .mat file"));
    return Optional.of(new Opening(place, chosen, config, rejected).found());
  }

  /** Files of a folder; for a given one those beside it whose names are of the same family. */
  private static Set<String> files(Place place) {
    Set<String> all =
        place.files().keySet().stream()
            .filter(MatForm::isMat)
            .collect(Collectors.toCollection(TreeSet::new));
    if (place.given().isEmpty()) {
      boolean pictures =
          place.files().keySet().stream()
              .map(file -> file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT))
              .anyMatch(PICTURES::contains);
      return pictures ? Set.of() : all;
    }
    String given = place.given().get();
    if (!isMat(given)) {
      return Set.of();
    }
    ArrayName name = name(given);
    all.removeIf(
        file ->
            !file.equals(given)
                && (name.namesNothing()
                    || name(file).namesNothing()
                    || !name(file).family().equals(name.family())));
    return all;
  }

  private static boolean isMat(String file) {
    return file.toLowerCase(Locale.ROOT).endsWith(MAT);
  }

  private static ArrayName name(String file) {
    String name = Place.name(file);
    return ArrayName.of(name.substring(0, name.length() - MAT.length()));
  }

  private static List<MatArray> arrays(
      String file, FileLocation location, List<RejectedFile> rejected) {
    List<MatArray> arrays = new ArrayList<>();
    for (MatVariable variable : variables(location)) {
      Contents contents = new Contents(location, variable);
      ArrayName inside = ArrayName.of(variable.name());
      if (variable.stored() == null) {
        rejected.add(
            new RejectedFile(
                contents.toString(), "variable of type " + variable.type() + ", no array"));
      } else if (inside.labels().isEmpty()) {
        rejected.add(
            new RejectedFile(
                contents.toString(),
                "variable whose name says neither images nor labels: call them X and y"));
      } else {
        arrays.add(
            new MatArray(
                contents,
                variable,
                Place.folder(file) + name(file).family() + " " + inside.family(),
                name(file).family(),
                inside.split().or(() -> name(file).split()),
                inside.labels().get()));
      }
    }
    return arrays;
  }

  private static List<MatVariable> variables(FileLocation file) {
    Contents contents = Contents.of(file);
    try {
      return StoredItems.guarded(
          contents,
          () -> {
            List<MatVariable> variables = new ArrayList<>();
            try (InputStream in = contents.open()) {
              MatReader reader = new MatReader(in, contents);
              for (Optional<MatVariable> next = reader.next();
                  next.isPresent();
                  next = reader.next()) {
                variables.add(next.get());
              }
            }
            return variables;
          });
    } catch (DataException e) {
      file.discardCopy();
      throw e;
    }
  }

  /** Chooses the arrays that belong together; a named split counts more than none. */
  private static String group(
      Place place, List<MatArray> arrays, Set<String> groups, List<RejectedFile> rejected) {
    if (groups.isEmpty()) {
      String all =
          arrays.isEmpty()
              ? rejected.stream().map(RejectedFile::file).collect(Collectors.joining(", "))
              : arrays.stream()
                  .map(array -> array.location() + " of " + array.variable().text())
                  .collect(Collectors.joining(", "));
      throw new DataException(
          "%s: found %s, expected an array X of training images; call it X, images or X_train"
              .formatted(place.location(), all.isEmpty() ? "no variable" : all));
    }
    Set<String> named =
        FoundArrays.groups(arrays.stream().filter(array -> array.split().isPresent()).toList());
    return FoundArrays.only(named.size() == 1 ? named : groups, place.location(), arrays);
  }

  /** Arrays of one data set. */
  private record Opening(
      Place place, List<MatArray> arrays, DataConfig config, List<RejectedFile> rejected) {
    FoundImages found() {
      Map<Split, ArraySplit> splits = new EnumMap<>(Split.class);
      for (Split split : Split.values()) {
        Optional<MatArray> images = FoundArrays.one(arrays, split, false);
        Optional<MatArray> labels = FoundArrays.one(arrays, split, true);
        if (images.isPresent()) {
          splits.put(split, images.get().split(labels, config));
        } else {
          labels.ifPresent(
              array -> rejected.add(new RejectedFile(array.location(), "labels without images")));
        }
      }
      ArraySplit training = splits.get(Split.TRAINING);
      boolean svhn =
          arrays.get(0).family().contains(SVHN) && training.images().shape().equals(SVHN_SHAPE);
      FoundArrays found =
          new FoundArrays(
              DataSet.Kind.MATLAB,
              training,
              Optional.ofNullable(splits.get(Split.VALIDATION)),
              Optional.ofNullable(splits.get(Split.TEST)),
              svhn ? DIGITS : List.of(),
              rejected,
              config.transpose());
      return svhn
          ? found.checkDigits(svhn(splits))
          : found.check(List.of("no published data set, nothing to compare with"));
    }

    private static List<String> svhn(Map<Split, ArraySplit> splits) {
      int training = splits.get(Split.TRAINING).images().count();
      List<String> verdicts = new ArrayList<>();
      verdicts.add(
          training == SVHN_TRAINING || training == SVHN_EXTRA
              ? "SVHN, as many images as published"
              : "SVHN, %d of %d published images".formatted(training, SVHN_TRAINING));
      Optional.ofNullable(splits.get(Split.TEST))
          .map(split -> split.images().count())
          .filter(count -> count != SVHN_TEST)
          .ifPresent(
              count -> verdicts.add("%d of %d published test images".formatted(count, SVHN_TEST)));
      return verdicts;
    }
  }
}
