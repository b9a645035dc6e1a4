package io.momentgan.data.pictures;

import io.momentgan.data.DataException;
import io.momentgan.data.DataSet.RejectedFile;
import io.momentgan.data.decoding.PictureFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Lists the files of a ZIP or TAR archive. Nothing is unpacked to a disk: any machine reads a file
 * at its place in the archive.
 */
final class PictureArchive {
  private static final int BLOCK_BYTES = 512;
  private static final int TAR_MAGIC_AT = 257;

  private final Path path;
  private final String shown;
  // As unpacked: of two files of one name the later one remains.
  private final Map<String, PictureFile> files = new LinkedHashMap<>();
  private final Set<String> folders = new TreeSet<>();
  private final List<RejectedFile> unused = new ArrayList<>();
  private final List<RejectedFile> lost = new ArrayList<>();

  private PictureArchive(Path path, String shown) {
    this.path = path;
    this.shown = shown;
  }

  /**
   * Lists an archive.
   *
   * @return its files; empty if the file is none
   * @throws DataException when it is damaged, or compressed as a whole
   */
  static Optional<PictureListing> list(FileSystem fileSystem, Path path, String shown)
      throws IOException {
    PictureArchive archive = new PictureArchive(path, shown);
    try (FSDataInputStream in = fileSystem.open(path)) {
      byte[] bytes = in.readNBytes(BLOCK_BYTES);
      in.seek(0);
      String head = new String(bytes, StandardCharsets.ISO_8859_1);
      String name = path.getName().toLowerCase(Locale.ROOT);
      if (head.startsWith("PK\u0003\u0004") || head.startsWith("PK\u0005\u0006")) {
        archive.zip(new HadoopChannel(in, fileSystem.getFileStatus(path).getLen()));
      } else if (head.startsWith("ustar", TAR_MAGIC_AT) || name.endsWith(".tar")) {
        archive.tar(new HadoopChannel(in, fileSystem.getFileStatus(path).getLen()));
      } else {
        requireSeekable(name, shown);
        requireMany(bytes, shown);
        return Optional.empty();
      }
    } catch (IOException | RuntimeException e) {
      if (e instanceof DataException) {
        throw e;
      }
      throw new DataException(
          "%s: found a damaged archive (%s), expected a whole ZIP or TAR; copy or pack it again"
              .formatted(shown, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
    return Optional.of(
        new PictureListing(
            shown,
            true,
            List.copyOf(archive.files.values()),
            archive.folders,
            archive.unused,
            archive.lost));
  }

  /** Refuses an archive, by its name, whose files can only be read one after another. */
  static void requireSeekable(String name, String shown) {
    if (name.toLowerCase(Locale.ROOT)
        .matches(".*\\.(tgz|tbz2?|txz|7z|rar|tar\\.(gz|bz2|xz|zst|lz4?))")) {
      throw new DataException(
          "%s: found a compressed archive, expected a ZIP or a TAR that is not compressed, whose files can be read one by one; unpack it and give the folder"
              .formatted(shown));
    }
  }

  private static void requireMany(byte[] head, String shown) {
    PictureFormat.of(head)
        .ifPresent(
            format -> {
              throw new DataException(
                  "%s: found a single %s picture, expected a folder or an archive; give the folder that it lies in"
                      .formatted(shown, format));
            });
  }

  private void zip(SeekableByteChannel channel) throws IOException {
    try (ZipFile zip = new ZipFile(channel)) {
      for (ZipArchiveEntry entry : Collections.list(zip.getEntriesInPhysicalOrder())) {
        boolean deflated = entry.getMethod() == ZipEntry.DEFLATED;
        String problem = "";
        if (entry.getGeneralPurposeBit().usesEncryption()) {
          problem = "encrypted in the archive";
        } else if (entry.isUnixSymlink()) {
          problem = "a link in the archive";
        } else if (!deflated && entry.getMethod() != ZipEntry.STORED) {
          problem = "compressed in the archive by a method other than deflate";
        }
        add(
            entry.getName(),
            entry.isDirectory(),
            entry.getDataOffset(),
            entry.getCompressedSize(),
            deflated,
            problem);
      }
    }
  }

  private void tar(SeekableByteChannel channel) throws IOException {
    try (TarFile tar = new TarFile(channel)) {
      long end = 0;
      for (TarArchiveEntry entry : tar.getEntries()) {
        boolean plain = entry.isFile() && !entry.isSymbolicLink() && !entry.isLink();
        String problem =
            plain && !entry.isSparse() ? "" : "a link or no regular file in the archive";
        add(
            entry.getName(),
            entry.isDirectory(),
            entry.getDataOffset(),
            entry.getSize(),
            false,
            problem);
        end = entry.getDataOffset() + (entry.isDirectory() ? 0 : entry.getSize());
      }
      requireEnd(channel, (end + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES);
    }
  }

  // The library takes a TAR that was cut between two files for whole; at its end are empty blocks.
  private static void requireEnd(SeekableByteChannel channel, long end) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
    channel.position(end);
    if (channel.read(block) < BLOCK_BYTES || !Arrays.equals(block.array(), new byte[BLOCK_BYTES])) {
      throw new IOException("ends too early");
    }
  }

  private void add(
      String stored, boolean folder, long offset, long bytes, boolean deflated, String problem) {
    String name = stored.replace('\\', '/').replaceAll("/+", "/").replaceFirst("^/", "");
    while (name.startsWith("./")) {
      name = name.substring(2);
    }
    name = name.replace("/./", "/").replaceFirst("/$", "");
    if (name.matches("(.*/)?\\.\\.(/.*)?")) {
      unused.add(
          new RejectedFile(PictureListing.show(shown, name), "a name that leaves the archive"));
    } else if (PictureListing.isHidden(name) || name.isEmpty()) {
      return;
    } else if (folder) {
      folders.add(name);
    } else if (problem.isEmpty()) {
      files.put(name, new PictureFile(name, path.toString(), offset, bytes, deflated));
    } else {
      boolean link = problem.startsWith("a link");
      (link ? unused : lost).add(new RejectedFile(PictureListing.show(shown, name), problem));
    }
  }

  /** A file of Hadoop's as commons-compress reads it. */
  private static final class HadoopChannel implements SeekableByteChannel {
    private final FSDataInputStream in;
    private final long size;
    private boolean open = true;
    private long wanted = -1;

    HadoopChannel(FSDataInputStream in, long size) {
      this.in = in;
      this.size = size;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
      requireOpen();
      if (!into.hasRemaining()) {
        return 0;
      }
      byte[] bytes = new byte[(int) Math.min(into.remaining(), Math.max(0, size - position()))];
      if (bytes.length == 0) {
        return -1;
      }
      in.readFully(bytes);
      into.put(bytes);
      return bytes.length;
    }

    @Override
    public long position() throws IOException {
      return wanted >= 0 ? wanted : in.getPos();
    }

    @Override
    public SeekableByteChannel position(long newPosition) throws IOException {
      requireOpen();
      // Beyond the end, where Hadoop does not seek, the next read finds nothing.
      wanted = newPosition > size ? newPosition : -1;
      if (wanted < 0) {
        in.seek(newPosition);
      }
      return this;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public int write(ByteBuffer from) {
      throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long newSize) {
      throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() {
      open = false;
    }

    private void requireOpen() throws ClosedChannelException {
      if (!open) {
        throw new ClosedChannelException();
      }
    }
  }
}
