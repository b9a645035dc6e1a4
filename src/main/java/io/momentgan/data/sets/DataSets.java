package io.momentgan.data.sets;

import io.momentgan.config.ConfigException;
import io.momentgan.config.DataConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataFile;
import io.momentgan.data.DataSet;
import io.momentgan.data.HomeFolder;
import io.momentgan.data.ImageSource;
import io.momentgan.data.RejectedImage;
import io.momentgan.data.glyphs.GlyphSource;
import io.momentgan.data.idx.HadoopFolder;
import io.momentgan.data.idx.HttpFolder;
import io.momentgan.data.idx.IdxFiles;
import io.momentgan.data.idx.IdxSource;
import io.momentgan.data.pictures.ImageFolder;
import io.momentgan.storage.Digests;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Opens the data set that the settings name. */
public final class DataSets {
  /** The location that stands for the embedded data set. */
  public static final String GLYPHS = "glyphs";

  private static final int FINGERPRINT_DIGITS = 16;

  private DataSets() {}

  /**
   * Finds, downloads and checks the data, on the driver and before anything is asked of a cluster.
   *
   * @param config where the images come from and how they are split
   * @param hadoopSettings settings for Hadoop's file systems, such as {@code fs.s3a.endpoint}
   * @return the data set, of which every file was read once from end to end
   * @throws DataException when a file is unreachable, damaged or not what it should be
   * @throws ConfigException when there are too few images for the settings
   */
  public static DataSet open(DataConfig config, Map<String, String> hadoopSettings) {
    if (config.uri().equals(GLYPHS)) {
      return glyphs(config);
    }
    if (isHttp(config.uri())) {
      return idx(config, new HttpFolder(config.cache()).find(config.uri()));
    }
    String uri = config.uri();
    String location = uri.startsWith("~") ? HomeFolder.expand(uri).toString() : uri;
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
    return split(
        config,
        DataSet.Kind.IMAGES,
        checked.source(),
        Optional.empty(),
        List.of(),
        checked.rejected(),
        checked.identity());
  }

  private static boolean isHttp(String uri) {
    String scheme = uri.toLowerCase(Locale.ROOT);
    return scheme.startsWith("http:") || scheme.startsWith("https:");
  }

  private static DataSet glyphs(DataConfig config) {
    DataConfig.Glyphs glyphs = config.glyphs();
    GlyphSource drawn = new GlyphSource(glyphs.train(), glyphs.seed());
    GlyphSource test = GlyphSource.test(glyphs.test(), glyphs.seed());
    String identity = "version %d seed %d".formatted(GlyphSource.VERSION, glyphs.seed());
    return split(
        config, DataSet.Kind.GLYPHS, drawn, Optional.of(test), List.of(), List.of(), identity);
  }

  private static DataSet idx(DataConfig config, IdxFiles found) {
    IdxSource training = IdxSource.open(found.trainingImages(), found.trainingLabels());
    Optional<IdxSource> test =
        found.testImages().map(images -> IdxSource.open(images, found.testLabels()));
    test.ifPresent(source -> checkShape(training, source));
    List<DataFile> files = new ArrayList<>(training.files());
    test.ifPresent(source -> files.addAll(source.files()));
    String identity = String.join(" ", files.stream().map(DataFile::md5).toList());
    return split(
        config,
        DataSet.Kind.IDX,
        training,
        test.map(ImageSource.class::cast),
        files,
        List.of(),
        identity);
  }

  private static void checkShape(IdxSource training, IdxSource test) {
    if (!test.shape().equals(training.shape())) {
      throw new DataException(
          "%s: found images of %s, expected %s as in %s; give files that belong together"
              .formatted(
                  test.images().location(),
                  test.shape(),
                  training.shape(),
                  training.images().location()));
    }
  }

  private static DataSet split(
      DataConfig config,
      DataSet.Kind kind,
      ImageSource images,
      Optional<ImageSource> test,
      List<DataFile> files,
      List<RejectedImage> rejected,
      String identity) {
    Splits splits = Splits.of(images, config);
    String text =
        "%s %s training %s validation %d test %d %s"
            .formatted(
                kind,
                images.shape(),
                splits.training().count(),
                splits.validation().map(ImageSource::count).orElse(0),
                test.map(ImageSource::count).orElse(0),
                identity);
    String fingerprint = Digests.sha256(text).substring(0, FINGERPRINT_DIGITS);
    return new DataSet(
        kind,
        config.uri(),
        splits.training(),
        splits.validation(),
        test,
        files,
        rejected,
        fingerprint);
  }
}
