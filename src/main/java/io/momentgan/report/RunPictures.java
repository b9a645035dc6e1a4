package io.momentgan.report;

import io.momentgan.evaluation.SheetMeasures;
import io.momentgan.run.NpyArray;
import io.momentgan.run.RunRecord;
import io.momentgan.storage.Folder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The pictures in a run's folder.
 *
 * @param folder the run's folder
 */
public record RunPictures(Folder folder) {
  /** Path of the rows of images that lead from one latent vector to another. */
  public static final String INTERPOLATION = "samples/interpolation.png";

  /** Path of images beside their nearest training images, by pixels and by features. */
  public static final String NEIGHBOURS = "samples/neighbours.png";

  static final byte[] NONE = {};
  private static final Pattern SAMPLE_FILE = Pattern.compile("epoch-(\\d{1,9})\\.(npy|png)");
  private static final int MAX_GRIDS = 40;

  /**
   * A grid of fixed z.
   *
   * @param epoch after which it was drawn
   * @param png the file; never mutated
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Grid(int epoch, byte[] png) {}

  /**
   * Returns the path of an epoch's samples in the run folder.
   *
   * @param epoch from 1 on
   * @param extension "npy" for the stored samples, "png" for the grid of fixed z
   */
  public static String samplesPath(int epoch, String extension) {
    return String.format(Locale.ROOT, "samples/epoch-%04d.%s", epoch, extension);
  }

  /**
   * Returns the path of a grid at a chosen iteration in the run folder.
   *
   * @param iteration iterations finished when it was drawn
   * @param extension "png" for the grid, "npy" for its images
   */
  public static String sheetPath(long iteration, String extension) {
    return String.format(Locale.ROOT, "samples/iteration-%06d.%s", iteration, extension);
  }

  /** Reads a picture, empty if there is none. */
  byte[] read(String path) {
    return folder.exists(path) ? folder.read(path) : NONE;
  }

  /** Reads stored images, [n][features] in [-1, 1]. */
  float[][] images(String path) {
    return NpyArray.parse(folder.read(path), folder + "/" + path).rows();
  }

  /** The newest grid of fixed z as a PNG file, empty if there is none. */
  byte[] newestGrid() {
    NavigableMap<Integer, String> files = files("png");
    return files.isEmpty() ? NONE : folder.read(files.lastEntry().getValue());
  }

  /** All grids if there are few, else some evenly spread, from the first to the newest. */
  List<Grid> grids() {
    List<Map.Entry<Integer, String>> files = List.copyOf(files("png").entrySet());
    int shown = Math.min(MAX_GRIDS, files.size());
    return IntStream.range(0, shown)
        .map(i -> shown == 1 ? 0 : (int) ((long) i * (files.size() - 1) / (shown - 1)))
        .mapToObj(files::get)
        .map(file -> new Grid(file.getKey(), folder.read(file.getValue())))
        .toList();
  }

  /** Draws the samples over the training as a PNG file, empty if none are stored. */
  byte[] sampleSheet() {
    NavigableMap<Integer, String> files = files("npy");
    if (files.isEmpty()) {
      return NONE;
    }
    SampleSheet sheet = SampleSheet.of(RunRecord.read(folder).shape());
    int total = files.lastKey();
    Map<Integer, float[][]> samples = new TreeMap<>();
    sheet.epochs(total).stream()
        .filter(files::containsKey)
        .forEach(epoch -> samples.put(epoch, images(files.get(epoch))));
    return sheet.png(samples, total);
  }

  /** Mean distance between two images stored in an epoch; NaN without two. */
  double pairDistance(int epoch) {
    String path = samplesPath(epoch, "npy");
    float[][] images = folder.exists(path) ? images(path) : new float[0][];
    return images.length < 2 ? Double.NaN : SheetMeasures.pairDistance(images);
  }

  private NavigableMap<Integer, String> files(String extension) {
    NavigableMap<Integer, String> files = new TreeMap<>();
    for (Folder.Entry entry : folder.list("samples")) {
      Matcher matcher = SAMPLE_FILE.matcher(entry.name());
      if (matcher.matches() && matcher.group(2).equals(extension)) {
        files.put(Integer.valueOf(matcher.group(1)), "samples/" + entry.name());
      }
    }
    return files;
  }
}
