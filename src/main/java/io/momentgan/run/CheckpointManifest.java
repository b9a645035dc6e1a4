package io.momentgan.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code manifest.json}: what a checkpoint consists of. It is written last, so that a checkpoint
 * with a manifest is complete.
 *
 * @param formatVersion {@link #VERSION}
 * @param step rounds finished
 * @param epoch epoch of the checkpoint
 * @param iteration iterations finished
 * @param score the smaller the better; NaN for unknown
 * @param files the parts
 * @param created when it was written, ISO 8601
 */
record CheckpointManifest(
    int formatVersion,
    long step,
    int epoch,
    long iteration,
    double score,
    List<Part> files,
    String created) {
  static final int VERSION = 1;

  CheckpointManifest {
    files = files == null ? List.of() : List.copyOf(files);
  }

  /**
   * A file of a checkpoint.
   *
   * @param name name in the checkpoint's folder
   * @param size in bytes
   * @param sha256 of its bytes, in lower-case hexadecimal digits
   */
  record Part(String name, long size, String sha256) {
    static Part of(String name, byte[] bytes) {
      return new Part(name, bytes.length, digest(bytes));
    }

    /** Why bytes are not this part; empty when they are. */
    Optional<String> flaw(byte[] bytes) {
      if (bytes.length != size) {
        return Optional.of("%s has %d bytes instead of %d".formatted(name, bytes.length, size));
      }
      return digest(bytes).equals(sha256)
          ? Optional.empty()
          : Optional.of("%s has another SHA-256 than the manifest says".formatted(name));
    }
  }

  static CheckpointManifest of(CheckpointInfo info, Map<String, byte[]> files) {
    List<Part> parts =
        new TreeMap<>(files)
            .entrySet().stream().map(e -> Part.of(e.getKey(), e.getValue())).toList();
    return new CheckpointManifest(
        VERSION,
        info.step(),
        info.epoch(),
        info.iteration(),
        info.score(),
        parts,
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
  }

  static CheckpointManifest parse(String json) throws JsonProcessingException {
    return Json.MAPPER.readValue(json, CheckpointManifest.class);
  }

  CheckpointInfo info() {
    return new CheckpointInfo(step, epoch, iteration, score);
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }
}
