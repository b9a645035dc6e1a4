package io.momentgan.network;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Files of networks as strangers write them, each refused for another reason. */
public final class StrangeZips {
  private static final int BOMB_BYTES = 32 << 20;

  private StrangeZips() {}

  /** Runs if somebody reads it. */
  public static final class Trap implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Whether somebody has read one. */
    public static volatile boolean sprung;

    private Object readResolve() {
      sprung = true;
      return this;
    }
  }

  /** Changed copies of a good file. */
  public static List<byte[]> all(byte[] good) {
    try {
      Map<String, byte[]> entries = entries(good);
      List<byte[]> strange = new ArrayList<>();
      strange.add(new byte[0]);
      strange.add(Arrays.copyOf(good, good.length / 2));
      strange.add(with(entries, "preprocessor.bin", trap()));
      strange.add(with(entries, "normalizer.bin", trap()));
      strange.add(with(entries, "configuration.json", null));
      strange.add(with(entries, "coefficients.bin", null));
      strange.add(with(entries, "coefficients.bin", trap()));
      strange.add(with(entries, "coefficients.bin", new byte[0]));
      byte[] coefficients = entries.get("coefficients.bin");
      strange.add(
          with(entries, "coefficients.bin", Arrays.copyOf(coefficients, coefficients.length - 4)));
      strange.add(
          with(entries, "coefficients.bin", Arrays.copyOf(coefficients, coefficients.length + 4)));
      for (int at = 0; at < 100; at += 3) {
        byte[] changed = coefficients.clone();
        changed[at] ^= (byte) 0x80;
        // Neither the modes of allocation nor the shape matter: they are not read.
        boolean matters = at < 2 || (at >= 18 && at < 32);
        if (matters) {
          strange.add(with(entries, "coefficients.bin", changed));
        }
      }
      strange.add(
          with(
              entries,
              "configuration.json",
              "{\"a\":".repeat(5000).getBytes(StandardCharsets.UTF_8)));
      strange.add(with(entries, "../../evil", new byte[1]));
      strange.add(bomb(entries, "configuration.json"));
      strange.add(bomb(entries, "coefficients.bin"));
      strange.add(bomb(entries, "momentgan-parameters.bin"));
      strange.add(bomb(entries, "preprocessor.bin"));
      return strange;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, byte[]> entries(byte[] zip) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        entries.put(entry.getName(), in.readAllBytes());
      }
    }
    return entries;
  }

  private static byte[] trap() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(new HashMap<>(Map.of("trap", new Trap())));
    }
    return bytes.toByteArray();
  }

  private static byte[] with(Map<String, byte[]> entries, String name, byte[] content)
      throws IOException {
    Map<String, byte[]> changed = new LinkedHashMap<>(entries);
    if (content == null) {
      changed.remove(name);
    } else {
      changed.put(name, content);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : changed.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue());
        out.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  /** An entry of 32 MiB of zeros, which are 32 KiB in the file. */
  private static byte[] bomb(Map<String, byte[]> entries, String name) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      out.putNextEntry(new ZipEntry(name));
      zeros(out);
      out.closeEntry();
      for (String other : List.of("configuration.json", "coefficients.bin")) {
        if (!other.equals(name)) {
          out.putNextEntry(new ZipEntry(other));
          out.write(entries.get(other));
          out.closeEntry();
        }
      }
    }
    return bytes.toByteArray();
  }

  private static void zeros(OutputStream out) throws IOException {
    byte[] block = new byte[1 << 20];
    for (int written = 0; written < BOMB_BYTES; written += block.length) {
      out.write(block);
    }
  }
}
