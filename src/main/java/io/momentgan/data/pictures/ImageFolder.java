package io.momentgan.data.pictures;

import io.momentgan.config.DataConfig;
import io.momentgan.config.DataConfig.ImagesConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataReader;
import io.momentgan.data.DataSet;
import io.momentgan.data.FoundImages;
import io.momentgan.data.HadoopFile;
import io.momentgan.storage.Digests;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * JPEG and PNG files in a folder and its subfolders, in the order of their paths. Where all lie in
 * subfolders, these are the classes.
 *
 * @param folder the folder
 * @param files paths of the files
 * @param settings Hadoop settings
 */
public record ImageFolder(Path folder, List<Path> files, Map<String, String> settings) {
  private static final int MOST_CLASSES = 256;
  private static final int SHOWN = 5;

  /** Lists the image files of a folder; none if the location is no folder. */
  public static ImageFolder find(String location, Map<String, String> settings) {
    try (FileSystem fileSystem = HadoopFile.fileSystem(new Path(location), settings)) {
      Path folder = fileSystem.makeQualified(new Path(location));
      List<Path> files = new ArrayList<>();
      if (fileSystem.getFileStatus(folder).isDirectory()) {
        RemoteIterator<LocatedFileStatus> all = fileSystem.listFiles(folder, true);
        while (all.hasNext()) {
          Path file = all.next().getPath();
          if (isImage(file)) {
            files.add(file);
          }
        }
      }
      Collections.sort(files);
      return new ImageFolder(folder, files, settings);
    } catch (IOException | IllegalArgumentException e) {
      throw DataException.unreadable(location, e);
    }
  }

  private static boolean isImage(Path file) {
    String name = file.getName().toLowerCase(Locale.ROOT);
    return !name.startsWith(".")
        && (name.endsWith(".jpg") || name.endsWith(".jpeg") || name.endsWith(".png"));
  }

  /** Opens folders of image files. */
  public static final class Reader implements DataReader {
    @Override
    public Optional<FoundImages> open(DataConfig config, Map<String, String> hadoop) {
      ImageFolder folder = find(config.uri(), hadoop);
      return folder.files().isEmpty()
          ? Optional.empty()
          : Optional.of(folder.check(config.images()));
    }
  }

  /**
   * Decodes every file now.
   *
   * @param config shape and limits
   * @throws DataException when more files are unusable than the settings allow
   */
  public FoundImages check(ImagesConfig config) {
    ImageDecoder decoder = new ImageDecoder(config);
    String[] reasons = new String[files.size()];
    String[] digests = new String[files.size()];
    String[] sizes = new String[files.size()];
    try (FileSystem fileSystem = HadoopFile.fileSystem(folder, settings)) {
      IntStream.range(0, files.size())
          .parallel()
          .forEach(
              i -> {
                byte[] bytes = ImageFolderSource.bytes(fileSystem, files.get(i));
                digests[i] = Digests.sha256(bytes);
                reasons[i] = reason(decoder, bytes);
                sizes[i] = reasons[i] == null ? ImageDecoder.size(bytes) : null;
              });
    } catch (IOException e) {
      throw DataException.unreadable(HadoopFile.text(folder.toString()), e);
    }
    List<Path> usable = new ArrayList<>();
    List<DataSet.RejectedFile> rejected = new ArrayList<>();
    StringBuilder identity = new StringBuilder(config.toString());
    for (int i = 0; i < reasons.length; i++) {
      if (reasons[i] == null) {
        usable.add(files.get(i));
        identity.append(digests[i]);
      } else {
        rejected.add(
            new DataSet.RejectedFile(HadoopFile.text(files.get(i).toString()), reasons[i]));
      }
    }
    requireEnough(rejected, config);
    List<String> names = usable.stream().map(this::className).toList();
    List<String> classes = classes(names);
    byte[] labels = labels(names, classes);
    identity.append(Arrays.toString(labels));
    return new FoundImages(
        DataSet.Kind.IMAGES,
        new ImageFolderSource(usable, labels, originals(sizes), config, settings),
        Optional.empty(),
        Optional.empty(),
        classes,
        List.of(),
        rejected,
        "%d files rejected".formatted(rejected.size()),
        Digests.sha256(identity.toString()));
  }

  private static String originals(String[] sizes) {
    return Stream.of(sizes)
        .filter(Objects::nonNull)
        .collect(Collectors.groupingBy(size -> size, TreeMap::new, Collectors.counting()))
        .entrySet()
        .stream()
        .max(Map.Entry.comparingByValue())
        .map(e -> "most often %s (%d)".formatted(e.getKey(), e.getValue()))
        .orElse("");
  }

  private static String reason(ImageDecoder decoder, byte[] bytes) {
    try {
      decoder.decode(bytes);
      return null;
    } catch (RejectedImageException e) {
      return e.getMessage();
    }
  }

  private void requireEnough(List<DataSet.RejectedFile> rejected, ImagesConfig config) {
    boolean none = rejected.size() == files.size();
    if (none || rejected.size() > config.rejectedShare() * files.size()) {
      List<String> first =
          rejected.stream().limit(SHOWN).map(r -> r.file() + ": " + r.reason()).toList();
      throw new DataException(
          "%s: found %d of %d image files unusable, expected at most a share of %s; remove them or raise data.images.rejected-share: %s%s"
              .formatted(
                  HadoopFile.text(folder.toString()),
                  rejected.size(),
                  files.size(),
                  config.rejectedShare(),
                  String.join("; ", first),
                  rejected.size() > SHOWN ? "; ..." : ""));
    }
  }

  private static List<String> classes(List<String> names) {
    List<String> classes = List.copyOf(new TreeSet<>(names));
    return classes.contains("") || classes.size() > MOST_CLASSES ? List.of() : classes;
  }

  private static byte[] labels(List<String> names, List<String> classes) {
    byte[] labels = new byte[classes.isEmpty() ? 0 : names.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (byte) Collections.binarySearch(classes, names.get(i));
    }
    return labels;
  }

  /** Names the subfolder of a file; empty for none. */
  private String className(Path file) {
    String inside = folder.toUri().relativize(file.toUri()).getPath();
    int slash = inside.indexOf('/');
    return slash < 0 ? "" : inside.substring(0, slash);
  }
}
