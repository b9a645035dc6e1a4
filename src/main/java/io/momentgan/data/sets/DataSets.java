package io.momentgan.data.sets;

import io.momentgan.config.ConfigException;
import io.momentgan.config.DataConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataReader;
import io.momentgan.data.DataSet;
import io.momentgan.data.FileLocation;
import io.momentgan.data.FoundImages;
import io.momentgan.data.ImageSource;
import io.momentgan.data.glyphs.GlyphSource;
import io.momentgan.data.idx.HadoopFolder;
import io.momentgan.data.idx.HttpFolder;
import io.momentgan.data.idx.IdxFiles;
import io.momentgan.data.idx.IdxSource;
import io.momentgan.data.idx.PublishedFile;
import io.momentgan.data.pictures.PictureReader;
import io.momentgan.storage.Digests;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Opens the data set that the settings name. */
public final class DataSets {
  private static final String GLYPHS = "glyphs";
  private static final int FINGERPRINT_DIGITS = 16;

  /** The forms that data may have; the first that a location holds counts. */
  private static final List<DataReader> READERS =
      List.of(
          DataSets::glyphs,
          DataSets::web,
          new PictureReader(PictureReader.Form.ARCHIVE),
          DataSets::idx,
          new PictureReader(PictureReader.Form.FOLDER));

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
        return split(found.get(), config);
      }
    }
    throw new HadoopFolder(hadoopSettings).nothingIn(expanded.uri());
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
            "version %d seed %d".formatted(GlyphSource.VERSION, glyphs.seed())));
  }

  private static Optional<FoundImages> web(DataConfig config, Map<String, String> hadoop) {
    String scheme = config.uri().toLowerCase(Locale.ROOT);
    return scheme.startsWith("http:") || scheme.startsWith("https:")
        ? Optional.of(idx(new HttpFolder(config.cache()).find(config.uri())))
        : Optional.empty();
  }

  private static Optional<FoundImages> idx(DataConfig config, Map<String, String> hadoop) {
    HadoopFolder folder = new HadoopFolder(hadoop);
    return folder.hasIdxFiles(config.uri())
        ? Optional.of(idx(folder.find(config.uri())))
        : Optional.empty();
  }

  private static FoundImages idx(IdxFiles files) {
    IdxSource training = IdxSource.open(files.trainingImages(), files.trainingLabels());
    Optional<IdxSource> test =
        files.testImages().map(images -> IdxSource.open(images, files.testLabels()));
    test.ifPresent(source -> requireSameShape(training, source));
    List<DataSet.StoredFile> stored = new ArrayList<>(training.files());
    test.ifPresent(source -> stored.addAll(source.files()));
    return new FoundImages(
        DataSet.Kind.IDX,
        training,
        Optional.empty(),
        test.map(ImageSource.class::cast),
        List.of(),
        stored,
        List.of(),
        PublishedFile.verdict(stored),
        String.join(" ", stored.stream().map(DataSet.StoredFile::md5).toList()));
  }

  private static void requireSameShape(IdxSource training, IdxSource test) {
    if (!test.shape().equals(training.shape())) {
      throw new DataException(
          "%s: found images of %s, expected %s as in %s; give files that belong together"
              .formatted(test.location(), test.shape(), training.shape(), training.location()));
    }
  }

  private static DataSet split(FoundImages found, DataConfig config) {
    int head = found.validation().isPresent() ? 0 : config.validation();
    int training = trainingCount(found, config, head);
    Optional<ImageSource> validation =
        head == 0 ? found.validation() : Optional.of(subset(found.images(), 0, head));
    String text =
        "%s %s training %s validation %d test %d %s"
            .formatted(
                found.kind(),
                found.images().shape(),
                training,
                validation.map(ImageSource::count).orElse(0),
                found.test().map(ImageSource::count).orElse(0),
                found.identity());
    return new DataSet(
        found.kind(),
        config.uri(),
        subset(found.images(), head, head + training),
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
                  .formatted(validation, count, config.uri(), count / 10)
              + (count < 10 ? "" : ", or to 0 to keep none apart"));
    }
    int available = count - validation;
    if (config.limit() > available) {
      throw new ConfigException(
          "Setting data.limit: found %d, expected at most %d (%d images of %s less %d for validation)"
              .formatted(config.limit(), available, count, config.uri(), validation));
    }
    return config.limit() == 0 ? available : config.limit();
  }

  private static ImageSource subset(ImageSource images, int from, int to) {
    return from == 0 && to == images.count() ? images : new SubsetSource(images, from, to);
  }
}
