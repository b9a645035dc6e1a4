package io.momentgan.data.idx;

import io.momentgan.config.DataConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.FileLocation;
import io.momentgan.data.FoundImages;
import io.momentgan.data.arrays.ArrayForm;
import io.momentgan.data.arrays.ArrayPart;
import io.momentgan.data.arrays.ArraySplit;
import io.momentgan.data.arrays.Contents;
import io.momentgan.data.arrays.FoundArrays;
import io.momentgan.data.arrays.LabelCheck;
import io.momentgan.data.arrays.PixelLayout;
import io.momentgan.data.arrays.Place;
import io.momentgan.data.arrays.StoredItems;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * IDX files: MNIST's, Fashion-MNIST's, EMNIST's and QMNIST's, in one folder or as torchvision and
 * Kaggle lay them out.
 */
public final class IdxForm implements ArrayForm {
  private static final String LETTERS = "emnist-letters";

  @Override
  public Optional<FoundImages> open(Place place, DataConfig config) {
    return find(place).map(files -> open(files, config.transpose()));
  }

  private static Optional<IdxFiles> find(Place place) {
    List<IdxName> names =
        place.files().keySet().stream().flatMap(file -> IdxName.parse(file).stream()).toList();
    if (place.given().isPresent()) {
      return given(place, place.given().get(), names);
    }
    List<IdxName> images =
        names.stream()
            .filter(IdxName::isTrainingImages)
            .filter(
                name ->
                    name.equals(IdxName.first(family(names, name), false, IdxKind.IMAGES).get()))
            .toList();
    if (images.isEmpty()) {
      if (names.stream().anyMatch(name -> name.folder().isEmpty())) {
        throw IdxFiles.missing(place.location(), place.files().keySet());
      }
      return Optional.empty();
    }
    IdxName chosen =
        images.stream()
            .filter(name -> name.folder().isEmpty() && name.family().isEmpty())
            .findFirst()
            .orElse(images.get(0));
    boolean plain = chosen.folder().isEmpty() && chosen.family().isEmpty();
    if (images.size() > 1 && !plain) {
      throw new DataException(
          "%s: found %d IDX data sets, expected one; set data.uri to one of %s"
              .formatted(
                  place.location(),
                  images.size(),
                  String.join(
                      ", ", images.stream().map(each -> place.text(each.path())).toList())));
    }
    return Optional.of(IdxFiles.of(place, family(names, chosen)));
  }

  private static List<IdxName> family(List<IdxName> names, IdxName one) {
    return names.stream().filter(one::sameFamily).toList();
  }

  /** A file with the name of a family stands for its family, another for itself and its labels. */
  private static Optional<IdxFiles> given(Place place, String given, List<IdxName> names) {
    Optional<IdxName> name = IdxName.parse(given);
    if (name.isPresent() && name.get().isTrainingImages() && !name.get().family().isEmpty()) {
      return Optional.of(IdxFiles.of(place, family(names, name.get())));
    }
    FileLocation file = place.files().get(given);
    return name.isPresent() || given.contains("ubyte") || given.endsWith(".idx") || begins(file)
        ? Optional.of(
            IdxFiles.of(
                file,
                IdxFiles.labelsBeside(given).stream()
                    .filter(place.files()::containsKey)
                    .findFirst()
                    .map(place.files()::get)))
        : Optional.empty();
  }

  /** Whether a file begins as IDX does: two zeros, a type, and 1 to 4 dimensions. */
  private static boolean begins(FileLocation file) {
    try (InputStream in = file.openContents()) {
      byte[] start = in.readNBytes(Integer.BYTES);
      int magic = start.length < Integer.BYTES ? -1 : ByteBuffer.wrap(start).getInt();
      int type = magic >>> Byte.SIZE;
      int dimensions = magic & 0xFF;
      return type >= 0x08 && type <= 0x0E && dimensions >= 1 && dimensions <= 4;
    } catch (IOException e) {
      throw DataException.unreadable(file.toString(), e);
    }
  }

  /** Says why a file that no reader takes is no IDX file of images. */
  public static DataException noIdxFile(Place place) {
    Contents contents = Contents.of(place.files().get(place.given().orElseThrow()));
    try (InputStream in = contents.file().openContents()) {
      IdxHeader.read(in, IdxKind.IMAGES, contents);
      return new DataException(contents + ": cannot be read as IDX images; copy the file again");
    } catch (IOException e) {
      return DataException.unreadable(contents.toString(), e);
    } catch (DataException e) {
      return e;
    }
  }

  /** Says that a folder holds nothing that a reader takes. */
  public static DataException nothingIn(Place place) {
    return IdxFiles.missing(place.location(), place.files().keySet());
  }

  /**
   * Checks all files from end to end and against each other.
   *
   * @param transpose whether rows and columns are swapped
   */
  public static FoundImages open(IdxFiles files, boolean transpose) {
    ArraySplit training = split(files.trainingImages(), files.trainingLabels(), transpose);
    Optional<ArraySplit> test =
        files.testImages().map(images -> split(images, files.testLabels(), transpose));
    FoundArrays found =
        new FoundArrays(
            DataSet.Kind.IDX,
            training,
            Optional.empty(),
            test,
            classes(files, training),
            files.rejected(),
            transpose);
    List<String> verdicts = new ArrayList<>(List.of(PublishedFile.verdict(found.files())));
    if (files.family().startsWith("emnist") && !transpose) {
      verdicts.add("EMNIST stores rows and columns swapped: set data.transpose=true");
    }
    return found.check(verdicts);
  }

  private static List<String> classes(IdxFiles files, ArraySplit training) {
    if (files.mapping().isPresent() && training.labels().isPresent()) {
      return EmnistMapping.classes(files.mapping().get(), training.labels().get());
    }
    boolean letters =
        files.family().equals(LETTERS) && training.labels().filter(LabelCheck::fromOne).isPresent();
    return letters
        ? IntStream.rangeClosed('A', 'Z').mapToObj(Character::toString).toList()
        : List.of();
  }

  private static ArraySplit split(
      FileLocation imageFile, Optional<FileLocation> labelFile, boolean transpose) {
    PixelLayout[] layout = new PixelLayout[1];
    Contents pixels = Contents.of(imageFile);
    StoredItems images =
        StoredItems.inspect(
            pixels,
            in -> {
              IdxHeader header = IdxHeader.read(in, IdxKind.IMAGES, pixels);
              layout[0] = header.pixels(pixels, transpose);
              return header.layout();
            },
            (block, items, first) -> {});
    List<DataSet.StoredFile> stored = new ArrayList<>(List.of(describe(images)));
    if (labelFile.isEmpty()) {
      ArrayPart part = new ArrayPart(images, 0, null, 0, null);
      return ArraySplit.of(List.of(part), layout[0], Optional.empty(), stored);
    }
    Contents classes = Contents.of(labelFile.get());
    IdxHeader[] header = new IdxHeader[1];
    LabelCheck[] check = new LabelCheck[1];
    StoredItems labels =
        StoredItems.inspect(
            classes,
            in -> {
              header[0] = IdxHeader.read(in, IdxKind.LABELS, classes);
              StoredItems.Layout items = header[0].layout();
              check[0] = LabelCheck.of(classes, header[0].type(), items.itemBytes());
              return items;
            },
            (block, items, first) -> check[0].visit(block, items, first));
    labels.requireOneFor(images);
    stored.add(describe(labels));
    ArrayPart part = new ArrayPart(images, 0, labels, 0, header[0].type());
    return ArraySplit.of(List.of(part), layout[0], Optional.of(check[0]), stored);
  }

  private static DataSet.StoredFile describe(StoredItems items) {
    return items.describe(PublishedFile.verdict(items.md5()));
  }
}
