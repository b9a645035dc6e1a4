package io.momentgan.network.state;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Reads files of networks whoever wrote them: only numbers are taken, and no more than a network of
 * the expected size has. Deeplearning4j's own reader makes objects of classes that the file names.
 */
final class StoredNetwork {
  private static final String CONFIGURATION = "configuration.json";
  private static final String COEFFICIENTS = "coefficients.bin";
  private static final String UPDATER = "updaterState.bin";
  private static final int MOST_CONFIGURATION_BYTES = 1 << 24;

  /** Of an array: modes, lengths and types as text, and the shape. */
  private static final int MOST_HEADER_BYTES = 1 << 10;

  private static final int MOST_RANK = 4;
  private static final int LONGS_BESIDE_SHAPE = 4;

  private final NetworkSize size;
  private final Map<String, byte[]> entries = new HashMap<>();

  private StoredNetwork(NetworkSize size) {
    this.size = size;
  }

  static NetworkState read(byte[] zip, NetworkSize size) throws IOException {
    StoredNetwork stored = new StoredNetwork(size);
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        stored.take(entry.getName(), in);
      }
    } catch (IllegalArgumentException e) { // a name that is no text
      throw new IOException(e.getMessage(), e);
    }
    return stored.state();
  }

  private void take(String name, ZipInputStream in) throws IOException {
    long most =
        switch (name) {
          case CONFIGURATION -> MOST_CONFIGURATION_BYTES;
          case COEFFICIENTS -> MOST_HEADER_BYTES + Float.BYTES * size.parameters();
          case UPDATER -> MOST_HEADER_BYTES + Float.BYTES * size.updaterState();
          case NetworkFile.PARAMS -> Float.BYTES * size.parameters();
          case NetworkFile.UPDATER_STATE -> Float.BYTES * size.updaterState();
          default -> throw new IOException("found an entry \"%s\"".formatted(plain(name)));
        };
    byte[] bytes = in.readNBytes((int) Math.min(Integer.MAX_VALUE - Long.BYTES, most));
    if (in.read() >= 0) {
      throw new IOException("%s has more than %,d bytes".formatted(name, bytes.length));
    }
    if (entries.put(name, bytes) != null) {
      throw new IOException("found two entries %s".formatted(name));
    }
  }

  /** A name that fits into a line. */
  private static String plain(String name) {
    return name.substring(0, Math.min(name.length(), 80)).replaceAll("\\P{Print}", "?");
  }

  private NetworkState state() throws IOException {
    int updates = updates(entry(CONFIGURATION));
    boolean own = entries.containsKey(NetworkFile.PARAMS);
    float[] params =
        own ? NetworkState.floats(entries.get(NetworkFile.PARAMS)) : array(COEFFICIENTS);
    float[] updaterState = new float[0];
    if (own && entries.containsKey(NetworkFile.UPDATER_STATE)) {
      updaterState = NetworkState.floats(entries.get(NetworkFile.UPDATER_STATE));
    } else if (!own && entries.containsKey(UPDATER)) {
      updaterState = array(UPDATER);
    }
    require(params.length, size.parameters(), "parameters");
    if (updaterState.length > 0) {
      require(updaterState.length, size.updaterState(), "values of the optimizer");
    }
    return new NetworkState(params, updaterState, updates);
  }

  private static void require(int found, long expected, String what) throws IOException {
    if (found != expected) {
      throw new IOException(
          "found %,d %s, expected %,d by the run's settings".formatted(found, what, expected));
    }
  }

  private byte[] entry(String name) throws IOException {
    byte[] bytes = entries.get(name);
    if (bytes == null) {
      throw new IOException("found no entry %s".formatted(name));
    }
    return bytes;
  }

  /** Of the configuration, the number of updates; the rest follows from the run's settings. */
  private static int updates(byte[] json) throws IOException {
    int updates = 0;
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean wanted = parser.currentName().equals("iterationCount");
        parser.nextToken();
        if (wanted) {
          updates = parser.getIntValue();
        } else {
          parser.skipChildren();
        }
      }
    }
    return updates;
  }

  /** ND4J's format: a buffer of the shape, then one of the values. */
  private float[] array(String name) throws IOException {
    byte[] bytes = entry(name);
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      long shape = buffer(in, name, "LONG");
      if (shape > 2 * MOST_RANK + LONGS_BESIDE_SHAPE) {
        throw damaged(name);
      }
      in.skipNBytes(Long.BYTES * shape);
      long length = buffer(in, name, "FLOAT");
      if (Float.BYTES * length != in.available()) {
        throw damaged(name);
      }
      float[] values = new float[(int) length];
      ByteBuffer.wrap(bytes, bytes.length - in.available(), in.available())
          .asFloatBuffer()
          .get(values);
      return values;
    }
  }

  private static long buffer(DataInputStream in, String name, String type) throws IOException {
    in.readUTF(); // how ND4J allocates
    long length = in.readLong();
    if (length < 0 || length > Integer.MAX_VALUE || !in.readUTF().equals(type)) {
      throw damaged(name);
    }
    return length;
  }

  private static IOException damaged(String name) {
    return new IOException("%s is no array of 32-bit floats".formatted(name));
  }
}
