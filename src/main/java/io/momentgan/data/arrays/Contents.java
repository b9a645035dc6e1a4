package io.momentgan.data.arrays;

import io.momentgan.data.FileLocation;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * The contents of a file, or of one array in it. Travels to the workers.
 *
 * @param file the file; gzip is undone
 * @param part what of the file
 */
public record Contents(FileLocation file, Part part) implements Serializable {
  /** A part of a file. */
  public interface Part extends Serializable {
    /** Names it in messages; empty for the whole file. */
    String name();

    /**
     * Turns a stream of the file into one of the part.
     *
     * @param file the file's bytes, closed together with the result
     * @param location names the part in messages
     */
    InputStream open(InputStream file, Object location) throws IOException;
  }

  /** All of a file. */
  private record Whole() implements Part {
    @Override
    public String name() {
      return "";
    }

    @Override
    public InputStream open(InputStream file, Object location) {
      return file;
    }
  }

  /** A member of a ZIP such as {@code .npz}. */
  private record ZipMember(String name) implements Part {
    @Override
    public InputStream open(InputStream file, Object location) throws IOException {
      ZipInputStream zip = new ZipInputStream(file);
      for (ZipEntry each = zip.getNextEntry(); each != null; each = zip.getNextEntry()) {
        if (each.getName().equals(name)) {
          return zip;
        }
      }
      throw new EOFException();
    }
  }

  /** The contents of a whole file. */
  public static Contents of(FileLocation file) {
    return new Contents(file, new Whole());
  }

  /** The contents of a member of a ZIP. */
  public static Contents ofZip(FileLocation file, String member) {
    return new Contents(file, new ZipMember(member));
  }

  /** Opens the contents. */
  public InputStream open() throws IOException {
    InputStream stored = file.openContents();
    try {
      return part.open(stored, this);
    } catch (IOException | RuntimeException e) {
      stored.close();
      throw e;
    }
  }

  @Override
  public String toString() {
    return part.name().isEmpty() ? file.toString() : file + " (" + part.name() + ")";
  }
}
