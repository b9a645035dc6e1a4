package io.momentgan.data.arrays;

import io.momentgan.data.FileLocation;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * The contents of a file, or of one member of a ZIP such as {@code .npz}. Travels to the workers.
 *
 * @param file the file; gzip is undone
 * @param member name of the member; empty for the whole file
 */
public record Contents(FileLocation file, String member) implements Serializable {
  /** The contents of a whole file. */
  public static Contents of(FileLocation file) {
    return new Contents(file, "");
  }

  /** Opens the contents. */
  public InputStream open() throws IOException {
    InputStream stored = file.openContents();
    return member.isEmpty() ? stored : openMember(new ZipInputStream(stored));
  }

  private InputStream openMember(ZipInputStream zip) throws IOException {
    try {
      for (ZipEntry each = zip.getNextEntry(); each != null; each = zip.getNextEntry()) {
        if (each.getName().equals(member)) {
          return zip;
        }
      }
      throw new EOFException();
    } catch (IOException | RuntimeException e) {
      zip.close();
      throw e;
    }
  }

  @Override
  public String toString() {
    return member.isEmpty() ? file.toString() : file + " (" + member + ")";
  }
}
