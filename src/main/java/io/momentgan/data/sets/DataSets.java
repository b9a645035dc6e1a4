package io.momentgan.data.sets;

import io.momentgan.config.ConfigException;
import io.momentgan.config.Credentials;
import io.momentgan.config.DataConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataReader;
import io.momentgan.data.DataSet;
import io.momentgan.data.DownloadedFile;
import io.momentgan.data.FileLocation;
import io.momentgan.data.FoundImages;
import io.momentgan.data.ImageSource;
import io.momentgan.data.arrays.ArrayForm;
import io.momentgan.data.arrays.CifarForm;
import io.momentgan.data.arrays.Place;
import io.momentgan.data.glyphs.GlyphSource;
import io.momentgan.data.idx.HttpFolder;
import io.momentgan.data.idx.IdxForm;
import io.momentgan.data.matlab.MatForm;
import io.momentgan.data.numpy.NumpyForm;
import io.momentgan.data.pictures.PictureReader;
import io.momentgan.data.tables.CsvForm;
import io.momentgan.data.tables.OtherTables;
import io.momentgan.data.tables.ParquetForm;
import io.momentgan.storage.Digests;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Opens the data set that the settings name. */
public final class DataSets {
  private static final String GLYPHS = "glyphs";
  private static final int FINGERPRINT_DIGITS = 16;

  /** The forms that data may have; the first that a location holds counts. */
  private static final List<DataReader> READERS =
      List.of(
          DataSets::glyphs,
          DataSets::web,
          DataSets::arrays, // before archives: .npz is a ZIP
          new PictureReader(PictureReader.Form.ARCHIVE),
          new PictureReader(PictureReader.Form.FOLDER));

  /** The forms of files that hold many images; the first that a location holds counts. */
  private static final List<ArrayForm> FORMS =
      List.of(
          new IdxForm(),
          new NumpyForm(),
          new MatForm(),
          new CifarForm(),
          new ParquetForm(),
          new CsvForm(),
          new OtherTables());

  private static final Set<DataSet.Kind> TRANSPOSED =
      Set.of(
          DataSet.Kind.IDX,
          DataSet.Kind.NUMPY,
          DataSet.Kind.MATLAB,
          DataSet.Kind.CIFAR,
          DataSet.Kind.CSV);

  private DataSets() {}

  /**
   * Finds, downloads and checks the data on the driver, before a cluster is started.
   *
   * @param config location of the images and how they are split
   * @param hadoopSettings settings for Hadoop's file systems, such as {@code fs.s3a.endpoint}
   * @return the data set, whose files were each read once from end to end
   * @throws DataException when a file is unreachable, damaged or of the wrong kind
   * @throws ConfigException when there are too few images for the settings
   */
  public static DataSet open(DataConfig config, Map<String, String> hadoopSettings) {
    DataConfig expanded = config.withUri(FileLocation.local(config.uri()));
    for (DataReader reader : READERS) {
      Optional<FoundImages> found = reader.open(expanded, hadoopSettings);
      if (found.isPresent()) {
        requireArrays(found.get(), config);
        return split(found.get(), config);
      }
    }
    throw nothingAt(expanded, hadoopSettings);
  }

  private static Optional<FoundImages> glyphs(DataConfig config, Map<String, String> hadoop) {
    if (!config.uri().equals(GLYPHS)) {
      return Optional.empty();
    }
    DataConfig.Glyphs glyphs = config.glyphs();
    return Optional.of(
        new FoundImages(
            DataSet.Kind.GLYPHS,
            new GlyphSource(glyphs.train(), glyphs.seed()),
            Optional.empty(),
            Optional.of(GlyphSource.test(glyphs.test(), glyphs.seed())),
            List.of(),
            List.of(),
            List.of(),
            "drawn by MomentGAN, version " + GlyphSource.VERSION,
            String.format(Locale.ROOT, "version %d seed %d", GlyphSource.VERSION, glyphs.seed())));
  }

  private static Optional<FoundImages> web(DataConfig config, Map<String, String> hadoop) {
    String uri = config.uri();
    String scheme = uri.toLowerCase(Locale.ROOT);
    if (!scheme.startsWith("http:") && !scheme.startsWith("https:")) {
      return Optional.empty();
    }
    if (uri.endsWith(Credentials.NO_QUERY)) {
      throw new DataException(
          "%s: found an address without its query, which is not kept in run.yaml; give all of it by --set data.uri=ADDRESS"
              .formatted(uri));
    }
    if (HttpFolder.isIdx(uri)) {
      HttpFolder folder = new HttpFolder(config.cache());
      return Optional.of(IdxForm.open(folder.find(uri), config.transpose()));
    }
    Place place = Place.web(uri, config.cache());
    return PictureReader.download(new DownloadedFile(uri, config.cache()), config)
        .or(() -> arrays(place, config))
        .or(
            () -> {
              throw IdxForm.noIdxFile(place);
            });
  }

  private static Optional<FoundImages> arrays(DataConfig config, Map<String, String> hadoop) {
    return arrays(Place.of(config.uri(), hadoop), config);
  }

  private static Optional<FoundImages> arrays(Place place, DataConfig config) {
    return FORMS.stream().flatMap(form -> form.open(place, config).stream()).findFirst();
  }

  private static DataException nothingAt(DataConfig config, Map<String, String> hadoop) {
    Place place = Place.of(config.uri(), hadoop);
    return place.given().isPresent() ? IdxForm.noIdxFile(place) : IdxForm.nothingIn(place);
  }

  private static void requireArrays(FoundImages found, DataConfig config) {
    if (config.transpose() && !TRANSPOSED.contains(found.kind())) {
      throw new ConfigException(
          "Setting data.transpose: found true with %s of kind %s, expected false; it is for arrays and tables of pixels"
              .formatted(config.shownUri(), found.kind()));
    }
  }

  private static DataSet split(FoundImages found, DataConfig config) {
    int together = found.kind() == DataSet.Kind.IMAGES && config.images().flip() ? 2 : 1;
    int asked = found.validation().isPresent() ? 0 : config.validation();
    boolean spread =
        (asked > 0 || config.limit() > 0) && SpreadImages.isInOrderOfClasses(found.images());
    int head = spread ? (asked + together - 1) / together * together : asked;
    int training = trainingCount(found, config, head);
    Optional<ImageSource> validation =
        head == 0
            ? found.validation()
            : Optional.of(
                spread
                    ? SpreadImages.part(found.images(), head, together)
                    : subset(found.images(), 0, head));
    String text =
        String.format(
            Locale.ROOT,
            "%s %s training %s validation %d test %d %s%s",
            found.kind(),
            found.images().shape(),
            training,
            validation.map(ImageSource::count).orElse(0),
            found.test().map(ImageSource::count).orElse(0),
            found.identity(),
            spread ? " spread" : "");
    return new DataSet(
        found.kind(),
        config.shownUri(),
        spread
            ? spreadTraining(found.images(), head, together, training)
            : subset(found.images(), head, head + training),
        validation,
        found.test(),
        found.files(),
        found.rejected(),
        found.classes(),
        found.verdict(),
        Digests.sha256(text).substring(0, FINGERPRINT_DIGITS));
  }

  /** Checks that there are enough images and returns how many to train on. */
  private static int trainingCount(FoundImages found, DataConfig config, int validation) {
    int count = found.images().count();
    if (validation >= count) {
      throw new ConfigException(
          "Setting data.validation: found %d, expected less than the %d images of %s; set it to %d"
                  .formatted(validation, count, config.shownUri(), count / 10)
              + (count < 10 ? "" : ", or to 0 to keep none apart"));
    }
    int available = count - validation;
    if (config.limit() > available) {
      throw new ConfigException(
          "Setting data.limit: found %d, expected at most %d (%d images of %s less %d for validation); set data.limit=0 for all"
              .formatted(config.limit(), available, count, config.shownUri(), validation));
    }
    return config.limit() == 0 ? available : config.limit();
  }

  private static ImageSource spreadTraining(
      ImageSource images, int heldOut, int together, int training) {
    ImageSource rest = heldOut == 0 ? images : SpreadImages.rest(images, heldOut, together);
    return training == rest.count() ? rest : SpreadImages.part(rest, training, 1);
  }

  private static ImageSource subset(ImageSource images, int from, int to) {
    return from == 0 && to == images.count() ? images : new SubsetSource(images, from, to);
  }
}
