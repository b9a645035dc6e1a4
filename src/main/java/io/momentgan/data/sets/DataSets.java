package io.momentgan.data.sets;

import io.momentgan.config.ConfigException;
import io.momentgan.config.DataConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.FileLocation;
import io.momentgan.data.ImageSource;
import io.momentgan.data.glyphs.GlyphSource;
import io.momentgan.data.idx.HadoopFolder;
import io.momentgan.data.idx.HttpFolder;
import io.momentgan.data.idx.IdxFiles;
import io.momentgan.data.idx.IdxSource;
import io.momentgan.data.idx.PublishedFile;
import io.momentgan.data.pictures.ImageFolder;
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
    String uri = config.uri();
    if (uri.equals(GLYPHS)) {
      return glyphs(config);
    }
    String scheme = uri.toLowerCase(Locale.ROOT);
    if (scheme.startsWith("http:") || scheme.startsWith("https:")) {
      return idx(config, new HttpFolder(config.cache()).find(uri));
    }
    String location = uri.startsWith("~") ? FileLocation.expandHome(uri).toString() : uri;
    HadoopFolder folder = new HadoopFolder(hadoopSettings);
    if (!folder.hasIdxFiles(location)) {
      ImageFolder images = ImageFolder.find(location, hadoopSettings);
      if (!images.files().isEmpty()) {
        return images(config, images.check(config.images()));
      }
    }
    return idx(config, folder.find(location));
  }

  private static DataSet images(DataConfig config, ImageFolder.Checked checked) {
    List<DataSet.RejectedFile> rejected = checked.rejected();
    String verdict = "%d files rejected".formatted(rejected.size());
    Found found =
        new Found(DataSet.Kind.IMAGES, checked.source(), Optional.empty(), checked.identity());
    return found.split(config, List.of(), rejected, verdict);
  }

  private static DataSet glyphs(DataConfig config) {
    DataConfig.Glyphs glyphs = config.glyphs();
    GlyphSource drawn = new GlyphSource(glyphs.train(), glyphs.seed());
    GlyphSource test = GlyphSource.test(glyphs.test(), glyphs.seed());
    String identity = "version %d seed %d".formatted(GlyphSource.VERSION, glyphs.seed());
    Found found = new Found(DataSet.Kind.GLYPHS, drawn, Optional.of(test), identity);
    String verdict = "drawn by MomentGAN, version " + GlyphSource.VERSION;
    return found.split(config, List.of(), List.of(), verdict);
  }

  private static DataSet idx(DataConfig config, IdxFiles files) {
    IdxSource training = IdxSource.open(files.trainingImages(), files.trainingLabels());
    Optional<IdxSource> test =
        files.testImages().map(images -> IdxSource.open(images, files.testLabels()));
    test.ifPresent(source -> requireSameShape(training, source));
    List<DataSet.StoredFile> stored = new ArrayList<>(training.files());
    test.ifPresent(source -> stored.addAll(source.files()));
    String identity = String.join(" ", stored.stream().map(DataSet.StoredFile::md5).toList());
    Found found =
        new Found(DataSet.Kind.IDX, training, test.map(ImageSource.class::cast), identity);
    return found.split(config, stored, List.of(), PublishedFile.verdict(stored));
  }

  private static void requireSameShape(IdxSource training, IdxSource test) {
    if (!test.shape().equals(training.shape())) {
      throw new DataException(
          "%s: found images of %s, expected %s as in %s; give files that belong together"
              .formatted(test.location(), test.shape(), training.shape(), training.location()));
    }
  }

  /**
   * Images that were found and not yet split.
   *
   * @param kind their source
   * @param images training and validation images
   * @param test test images, if there are some
   * @param identity text that differs when the images differ
   */
  private record Found(
      DataSet.Kind kind, ImageSource images, Optional<ImageSource> test, String identity) {
    DataSet split(
        DataConfig config,
        List<DataSet.StoredFile> files,
        List<DataSet.RejectedFile> rejected,
        String verdict) {
      int validation = config.validation();
      int training = trainingCount(config);
      String text =
          "%s %s training %s validation %d test %d %s"
              .formatted(
                  kind,
                  images.shape(),
                  training,
                  validation,
                  test.map(ImageSource::count).orElse(0),
                  identity);
      return new DataSet(
          kind,
          config.uri(),
          subset(validation, validation + training),
          validation == 0 ? Optional.empty() : Optional.of(subset(0, validation)),
          test,
          files,
          rejected,
          verdict,
          Digests.sha256(text).substring(0, FINGERPRINT_DIGITS));
    }

    /** Checks that there are enough images and returns how many to train on. */
    private int trainingCount(DataConfig config) {
      int count = images.count();
      int validation = config.validation();
      if (validation >= count) {
        throw new ConfigException(
            "Setting data.validation: found %d, expected less than the %d images of %s; set it to %d"
                    .formatted(validation, count, config.uri(), count / 10)
                + ", or to 0 to keep none apart");
      }
      int available = count - validation;
      if (config.limit() > available) {
        throw new ConfigException(
            "Setting data.limit: found %d, expected at most %d (%d images of %s less %d for validation)"
                .formatted(config.limit(), available, count, config.uri(), validation));
      }
      return config.limit() == 0 ? available : config.limit();
    }

    private ImageSource subset(int from, int to) {
      return from == 0 && to == images.count() ? images : new SubsetSource(images, from, to);
    }
  }
}
