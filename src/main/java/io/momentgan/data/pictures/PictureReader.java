package io.momentgan.data.pictures;

import io.momentgan.config.DataConfig;
import io.momentgan.config.DataConfig.ImagesConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataReader;
import io.momentgan.data.DataSet;
import io.momentgan.data.DataSet.RejectedFile;
import io.momentgan.data.DownloadedFile;
import io.momentgan.data.FoundImages;
import io.momentgan.data.HadoopFile;
import io.momentgan.data.ImageSource;
import io.momentgan.data.StoredSizes;
import io.momentgan.data.decoding.DecodedPicture;
import io.momentgan.data.decoding.ImageDecoder;
import io.momentgan.data.decoding.PictureFormat;
import io.momentgan.data.decoding.RejectedImageException;
import io.momentgan.data.pictures.PictureLayout.Split;
import io.momentgan.storage.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * Opens images that are files of their own.
 *
 * @param form where the files lie
 */
public record PictureReader(Form form) implements DataReader {
  private static final Pattern ARCHIVE =
      Pattern.compile("(?i).*\\.(zip|tar|tar\\.\\w+|t[gbx]z2?|7z|rar)");
  private static final int SHOWN = 5;

  /** Where image files lie. */
  public enum Form {
    /** In a folder and the folders below it. */
    FOLDER,
    /** In a ZIP or TAR. */
    ARCHIVE
  }

  @Override
  public Optional<FoundImages> open(DataConfig config, Map<String, String> hadoop) {
    Optional<PictureListing> listing =
        form == Form.FOLDER
            ? PictureListing.folder(config.uri(), hadoop)
            : PictureListing.archive(config.uri(), "", hadoop);
    // A ZIP of arrays is NumPy's .npz.
    return listing
        .filter(PictureReader::isOfPictures)
        .flatMap(each -> new Opening(each, config, hadoop, source -> source).found());
  }

  /**
   * Opens an archive on the web.
   *
   * @param archive its address; each machine that reads the images copies it
   * @param config how the images are read
   * @return the images; empty if it is no archive by its name, or one of arrays
   * @throws DataException when it cannot be downloaded, or is damaged
   */
  public static Optional<FoundImages> download(DownloadedFile archive, DataConfig config) {
    String path = URI.create(archive.url()).getPath();
    if (!ARCHIVE.matcher(path).matches()) {
      return Optional.empty();
    }
    PictureArchive.requireSeekable(path, archive.toString());
    String copy = DownloadedPictures.copy(archive);
    try {
      return PictureListing.archive(copy, archive.toString(), Map.of())
          .filter(PictureReader::isOfPictures)
          .flatMap(
              each ->
                  new Opening(
                          each,
                          config.withUri(copy),
                          Map.of(),
                          source -> new DownloadedPictures(archive, source))
                      .found());
    } catch (DataException e) {
      archive.discardCopy();
      throw e;
    }
  }

  private static boolean isOfPictures(PictureListing listing) {
    return listing.files().isEmpty() || !listing.files().stream().allMatch(PictureReader::isArray);
  }

  private static boolean isArray(PictureFile file) {
    return file.name().endsWith(".npy");
  }

  /**
   * A file after it was read once.
   *
   * @param unread why it is no image; empty for an image
   * @param damaged why it is an image that cannot be used; empty for a usable one
   * @param digest SHA-256 of its bytes
   * @param picture its size and transparency, without its values
   */
  private record Checked(String unread, String damaged, String digest, DecodedPicture picture) {
    static Checked unread(String reason) {
      return new Checked(reason, "", "", null);
    }

    static Checked damaged(String reason) {
      return new Checked("", reason, "", null);
    }

    boolean usable() {
      return unread.isEmpty() && damaged.isEmpty();
    }
  }

  /** One location, decoded whole. */
  private static final class Opening {
    private final PictureListing listing;
    private final DataConfig config;
    private final Map<String, String> hadoop;
    private final Function<PictureSource, ImageSource> made;
    private final List<RejectedFile> rejected = new ArrayList<>();
    private final Map<String, PictureFile> usable = new LinkedHashMap<>();
    private final Map<String, Checked> checked = new LinkedHashMap<>();

    /**
     * Begins.
     *
     * @param made what becomes of the source of each split
     */
    Opening(
        PictureListing listing,
        DataConfig config,
        Map<String, String> hadoop,
        Function<PictureSource, ImageSource> made) {
      this.made = made;
      this.listing = listing;
      this.config = config;
      this.hadoop = hadoop;
      rejected.addAll(listing.unused());
      rejected.addAll(listing.lost());
    }

    private ImagesConfig images() {
      return config.images();
    }

    Optional<FoundImages> found() {
      List<ClassList> lists;
      try (FileSystem fileSystem = HadoopFile.fileSystem(new Path(config.uri()), hadoop)) {
        check(fileSystem);
        if (checked.values().stream().allMatch(each -> !each.unread().isEmpty())) {
          return noImages();
        }
        lists = lists(fileSystem);
      } catch (IOException e) {
        throw DataException.unreadable(listing.location(), e);
      }
      requireEnough();
      PictureLayout layout = PictureLayout.of(listing, List.copyOf(usable.keySet()), lists);
      rejected.addAll(layout.unused());
      return Optional.of(
          new FoundImages(
              DataSet.Kind.IMAGES,
              source(layout, Split.TRAINING).orElseThrow(),
              source(layout, Split.VALIDATION),
              source(layout, Split.TEST),
              layout.classes(),
              List.of(),
              rejected,
              verdict(layout),
              identity(layout)));
    }

    private void check(FileSystem fileSystem) {
      List<PictureFile> files =
          listing.files().stream().filter(file -> !ClassList.is(file.name())).toList();
      ImageDecoder decoder = new ImageDecoder(images());
      Checked[] results = new Checked[files.size()];
      IntStream.range(0, files.size())
          .parallel()
          .forEach(i -> results[i] = check(decoder, fileSystem, files.get(i)));
      for (int i = 0; i < results.length; i++) {
        PictureFile file = files.get(i);
        Checked result = results[i];
        checked.put(file.name(), result);
        if (result.usable()) {
          usable.put(file.name(), file);
        } else {
          rejected.add(
              new RejectedFile(
                  listing.show(file.name()),
                  result.unread().isEmpty() ? result.damaged() : result.unread()));
        }
      }
    }

    private Checked check(ImageDecoder decoder, FileSystem fileSystem, PictureFile file) {
      try (InputStream in = file.open(fileSystem)) {
        byte[] head = in.readNBytes(PictureFormat.HEAD_BYTES);
        Optional<String> unread = PictureFormat.unread(file.name(), head);
        if (unread.isPresent()) {
          return Checked.unread(unread.get());
        }
        byte[] rest = in.readNBytes(decoder.mostBytes() + 1 - head.length);
        byte[] bytes = Arrays.copyOf(head, head.length + rest.length);
        System.arraycopy(rest, 0, bytes, head.length, rest.length);
        DecodedPicture picture = decoder.decode(bytes);
        return new Checked(
            "",
            "",
            Digests.sha256(bytes),
            new DecodedPicture(
                new byte[0], picture.width(), picture.height(), picture.transparent()));
      } catch (RejectedImageException e) {
        return Checked.damaged(e.getMessage());
      } catch (IOException e) {
        // A disk refuses single files; a store that fails may be back later.
        if (listing.archive() || fileSystem instanceof RawLocalFileSystem) {
          return PictureFormat.hasPictureExtension(file.name())
              ? Checked.damaged("cannot be read: " + e.getMessage())
              : Checked.unread("cannot be read: " + e.getMessage());
        }
        throw DataException.unreadable(listing.show(file.name()), e);
      }
    }

    private Optional<FoundImages> noImages() {
      String summary =
          rejected.stream()
              .map(each -> PictureFormat.extension(each.file()))
              .filter(extension -> !extension.isEmpty())
              .collect(Collectors.groupingBy(e -> e, TreeMap::new, Collectors.counting()))
              .entrySet()
              .stream()
              .limit(SHOWN)
              .map(each -> "%d .%s files".formatted(each.getValue(), each.getKey()))
              .collect(Collectors.joining(", "));
      Optional<String> foreign =
          rejected.stream()
              .map(RejectedFile::reason)
              .filter(reason -> reason.contains("; ")) // says what to do
              .findFirst();
      if (!listing.archive() && foreign.isEmpty()) {
        return Optional.empty(); // may be of another form
      }
      throw new DataException(
          "%s: found no image (%s%s), expected JPEG, PNG, WebP, BMP, GIF or TIFF files"
              .formatted(
                  listing.location(),
                  summary.isEmpty() ? "no files" : summary,
                  foreign.map(reason -> ": " + reason).orElse("")));
    }

    private List<ClassList> lists(FileSystem fileSystem) throws IOException {
      Set<String> there =
          listing.files().stream().map(PictureFile::name).collect(Collectors.toSet());
      List<ClassList> lists = new ArrayList<>();
      for (PictureFile file : listing.files()) {
        if (ClassList.is(file.name())) {
          try (InputStream in = file.open(fileSystem)) {
            byte[] bytes = in.readNBytes(Integer.MAX_VALUE >> 3);
            lists.add(
                ClassList.read(file.name(), listing.show(file.name()), bytes, there::contains));
          }
        }
      }
      return lists;
    }

    private void requireEnough() {
      List<RejectedFile> damaged = new ArrayList<>(listing.lost());
      int images = damaged.size();
      for (Map.Entry<String, Checked> each : checked.entrySet()) {
        images += each.getValue().unread().isEmpty() ? 1 : 0;
        if (!each.getValue().damaged().isEmpty()) {
          damaged.add(new RejectedFile(listing.show(each.getKey()), each.getValue().damaged()));
        }
      }
      if (usable.isEmpty() || damaged.size() > images().rejectedShare() * images) {
        Map<String, Long> byExtension =
            damaged.stream()
                .collect(
                    Collectors.groupingBy(
                        each -> PictureFormat.extension(each.file()),
                        TreeMap::new,
                        Collectors.counting()));
        List<String> counts =
            byExtension.entrySet().stream()
                .map(e -> e.getValue() + (e.getKey().isEmpty() ? " others" : " ." + e.getKey()))
                .toList();
        List<String> first =
            damaged.stream().limit(SHOWN).map(r -> r.file() + ": " + r.reason()).toList();
        throw new DataException(
            "%s: found %d of %d image files unusable (%s), expected at most a share of %s; remove them or raise data.images.rejected-share: %s%s"
                .formatted(
                    listing.location(),
                    damaged.size(),
                    images,
                    String.join(", ", counts),
                    images().rejectedShare(),
                    String.join("; ", first),
                    damaged.size() > SHOWN ? "; ..." : ""));
      }
    }

    private Optional<ImageSource> source(PictureLayout layout, Split split) {
      List<PictureFile> files = layout.images(split).stream().map(usable::get).toList();
      // Mirror images are training images; measured are images as they are.
      boolean mirrored = images().flip() && split == Split.TRAINING;
      return files.isEmpty()
          ? Optional.empty()
          : Optional.of(
              made.apply(
                  new PictureSource(
                      files,
                      layout.labels(split),
                      mirrored,
                      originals(layout.images(split)),
                      images(),
                      hadoop)));
    }

    private StoredSizes originals(List<String> names) {
      return StoredSizes.of(
          names.stream()
              .map(name -> checked.get(name).picture())
              .map(picture -> new StoredSizes.Size(picture.height(), picture.width()))
              .toList());
    }

    private String verdict(PictureLayout layout) {
      List<String> parts = new ArrayList<>();
      for (Split split : Split.values()) {
        if (split == Split.TRAINING || !layout.images(split).isEmpty()) {
          parts.add(layout.counts(split));
        }
      }
      parts.add("%d files not used".formatted(rejected.size()));
      parts.addAll(layout.notes());
      if (!layout.images(Split.VALIDATION).isEmpty() && config.validation() > 0) {
        parts.add(
            "data.validation %d is not used, as the data have validation images of their own"
                .formatted(config.validation()));
      }
      return String.join("; ", parts);
    }

    /** What the images follow from: files, shape, classes; the background where it shows. */
    private String identity(PictureLayout layout) {
      ImagesConfig images = images();
      boolean transparent =
          usable.keySet().stream().anyMatch(name -> checked.get(name).picture().transparent());
      StringBuilder identity =
          new StringBuilder(
              Stream.of(
                      images.channels(),
                      images.height(),
                      images.width(),
                      images.crop(),
                      images.flip(),
                      transparent ? images.background() : "")
                  .map(String::valueOf)
                  .collect(Collectors.joining(" ")));
      for (Split split : Split.values()) {
        layout.images(split).forEach(name -> identity.append(checked.get(name).digest()));
        identity.append(Arrays.toString(layout.labels(split)));
      }
      return Digests.sha256(identity.append(layout.classes()).toString());
    }
  }
}
