package io.momentgan.data.numpy;

import io.momentgan.config.DataConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.DataSet.RejectedFile;
import io.momentgan.data.FileLocation;
import io.momentgan.data.FoundImages;
import io.momentgan.data.arrays.ArrayForm;
import io.momentgan.data.arrays.ArrayName;
import io.momentgan.data.arrays.ArrayName.Split;
import io.momentgan.data.arrays.ArrayPart;
import io.momentgan.data.arrays.ArraySplit;
import io.momentgan.data.arrays.Contents;
import io.momentgan.data.arrays.FoundArrays;
import io.momentgan.data.arrays.Place;
import io.momentgan.data.arrays.StoredItems;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * NumPy's {@code .npy} and {@code .npz}: Keras' {@code mnist.npz}, MedMNIST, Kuzushiji-MNIST, or
 * any arrays whose names say what they are.
 */
public final class NumpyForm implements ArrayForm {
  private static final String NPY = ".npy";
  private static final String NPZ = ".npz";

  @Override
  public Optional<FoundImages> open(Place place, DataConfig config) {
    Set<String> files = files(place);
    if (files.isEmpty()) {
      return Optional.empty();
    }
    List<RejectedFile> rejected = new ArrayList<>();
    List<NumpyArray> arrays = new ArrayList<>();
    boolean only = files.size() == 1;
    for (String file : files) {
      boolean given = place.given().filter(file::equals).isPresent();
      arrays.addAll(arrays(file, place.files().get(file), only || given, rejected));
    }
    String group = group(place, arrays);
    List<NumpyArray> chosen = new ArrayList<>();
    for (NumpyArray array : arrays) {
      if (array.group().equals(group)) {
        chosen.add(array);
      } else {
        rejected.add(
            new RejectedFile(array.contents().toString(), "array of another data set by its name"));
      }
    }
    rejected.addAll(place.unused(files, "no .npy or .npz file"));
    return Optional.of(found(chosen, config, rejected));
  }

  private static boolean isNumpy(String file) {
    String name = file.toLowerCase(Locale.ROOT);
    return name.endsWith(NPY) || name.endsWith(NPZ);
  }

  private static String stem(String file) {
    String name = Place.name(file);
    return isNumpy(name) ? name.substring(0, name.length() - NPY.length()) : name;
  }

  /** Files of a folder; for a given one those beside it whose names are of the same family. */
  private static Set<String> files(Place place) {
    Set<String> all =
        place.files().keySet().stream()
            .filter(NumpyForm::isNumpy)
            .collect(Collectors.toCollection(TreeSet::new));
    if (place.given().isEmpty()) {
      return all;
    }
    String given = place.given().get();
    if (!isNumpy(given)) {
      return Set.of();
    }
    ArrayName name = ArrayName.of(stem(given));
    String end = given.substring(given.length() - NPY.length());
    all.removeIf(
        file ->
            !file.equals(given)
                && (name.namesNothing()
                    || !file.endsWith(end)
                    || !ArrayName.of(stem(file)).family().equals(name.family())
                    || ArrayName.of(stem(file)).namesNothing()));
    return all;
  }

  private static List<NumpyArray> arrays(
      String file, FileLocation location, boolean only, List<RejectedFile> rejected) {
    ArrayName name = ArrayName.of(stem(file));
    String folder = Place.folder(file);
    List<NumpyArray> arrays = new ArrayList<>();
    if (file.toLowerCase(Locale.ROOT).endsWith(NPY)) {
      if (only || !name.namesNothing()) {
        arrays.add(new NumpyArray(file, Contents.of(location), folder + name.family(), name));
      } else {
        rejected.add(unnamed(Contents.of(location)));
      }
      return arrays;
    }
    List<String> members = NpzMembers.of(location);
    for (String member : members) {
      Contents contents = Contents.ofZip(location, member);
      ArrayName inside = memberName(stem(member));
      if (!isNumpy(member)) {
        rejected.add(new RejectedFile(contents.toString(), "no .npy array"));
      } else if (members.size() == 1 && inside.family().startsWith("arr")) {
        arrays.add(new NumpyArray(file, contents, folder + name.family(), name));
      } else if (members.size() == 1 || !inside.namesNothing()) {
        arrays.add(new NumpyArray(file, contents, file + " " + inside.family(), inside));
      } else {
        rejected.add(unnamed(contents));
      }
    }
    return arrays;
  }

  /** numpy.savez calls its arguments arr_0 and arr_1: images and labels where there are two. */
  private static ArrayName memberName(String stem) {
    return switch (stem) {
      case "arr_0" -> ArrayName.of("arr images");
      case "arr_1" -> ArrayName.of("arr labels");
      default -> ArrayName.of(stem);
    };
  }

  private static RejectedFile unnamed(Contents contents) {
    return new RejectedFile(
        contents.toString(),
        "array whose name says neither images nor labels: call it such as x_train, y_train, x_test");
  }

  /** Chooses the arrays that belong together. */
  private static String group(Place place, List<NumpyArray> arrays) {
    Optional<String> given =
        place
            .given()
            .flatMap(
                file -> {
                  List<NumpyArray> own =
                      arrays.stream().filter(array -> array.file().equals(file)).toList();
                  return own.stream()
                      .filter(array -> array.part() == Split.TRAINING && !array.holdsLabels())
                      .findFirst()
                      .or(() -> own.stream().findFirst());
                })
            .map(NumpyArray::group);
    Set<String> groups = FoundArrays.groups(arrays);
    if (given.filter(groups::contains).isPresent() && !isSeveral(place, arrays)) {
      return given.get();
    }
    if (groups.isEmpty()) {
      throw new DataException(
          "%s: found %s, expected an array of training images; call it such as x_train, train_images or images"
              .formatted(
                  place.location(),
                  arrays.isEmpty()
                      ? "no array with a name that is known"
                      : FoundArrays.locations(arrays.stream())));
    }
    return FoundArrays.only(groups, place.location(), arrays);
  }

  /** Whether a given archive itself holds training images of several data sets. */
  private static boolean isSeveral(Place place, List<NumpyArray> arrays) {
    String given = place.given().get();
    List<NumpyArray> own = arrays.stream().filter(array -> array.file().equals(given)).toList();
    return FoundArrays.groups(own).size() > 1;
  }

  private static FoundImages found(
      List<NumpyArray> arrays, DataConfig config, List<RejectedFile> rejected) {
    Set<NumpyArray> used = new HashSet<>();
    Map<Split, ArraySplit> splits = new EnumMap<>(Split.class);
    for (Split split : Split.values()) {
      Optional<NumpyArray> images = FoundArrays.one(arrays, split, false);
      if (images.isPresent()) {
        used.add(images.get());
        Optional<NumpyArray> labels =
            FoundArrays.one(arrays, split, true).filter(array -> keep(array, rejected, used));
        labels.ifPresent(used::add);
        splits.put(split, split(images.get(), labels, config));
      }
    }
    arrays.stream()
        .filter(array -> !used.contains(array))
        .forEach(
            array ->
                rejected.add(
                    new RejectedFile(array.contents().toString(), "labels without images")));
    FoundArrays found =
        new FoundArrays(
            DataSet.Kind.NUMPY,
            splits.get(Split.TRAINING),
            Optional.ofNullable(splits.get(Split.VALIDATION)),
            Optional.ofNullable(splits.get(Split.TEST)),
            List.of(),
            rejected,
            config.transpose());
    return found.check(List.of("no published data set, nothing to compare with"));
  }

  private static boolean keep(
      NumpyArray labels, List<RejectedFile> rejected, Set<NumpyArray> used) {
    Optional<String> why = labels.whyNoClasses();
    why.ifPresent(
        reason -> {
          rejected.add(new RejectedFile(labels.contents().toString(), reason));
          used.add(labels);
        });
    return why.isEmpty();
  }

  private static ArraySplit split(
      NumpyArray images, Optional<NumpyArray> labels, DataConfig config) {
    NumpyArray.Opened pixels = images.open(config);
    List<DataSet.StoredFile> files = new ArrayList<>(List.of(describe(pixels.items())));
    Optional<NumpyArray.Opened> classes = labels.map(array -> array.open(config));
    classes.ifPresent(
        each -> {
          each.items().requireOneFor(pixels.items());
          files.add(describe(each.items()));
        });
    ArrayPart part =
        new ArrayPart(
            pixels.items(),
            0,
            classes.map(NumpyArray.Opened::items).orElse(null),
            0,
            classes.map(NumpyArray.Opened::type).orElse(null));
    return ArraySplit.of(
        List.of(part), pixels.layout(), classes.map(NumpyArray.Opened::labels), files);
  }

  private static DataSet.StoredFile describe(StoredItems items) {
    return items.describe("not a published file");
  }
}
