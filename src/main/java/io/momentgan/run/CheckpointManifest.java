package io.momentgan.run;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.momentgan.storage.Digests;
import io.momentgan.storage.Folder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * {@code manifest.json}: what a checkpoint is of, and its files. Written last, so that a checkpoint
 * with a manifest is complete.
 *
 * @param formatVersion {@link #VERSION}
 * @param step rounds finished; the checkpoint's number
 * @param epoch epochs finished, or the one under way when it is taken inside an epoch; from 0 on
 * @param iteration iterations finished
 * @param score lower is better; NaN for unknown, which is never best
 * @param files its other files
 * @param created when it was written, ISO 8601
 */
public record CheckpointManifest(
    int formatVersion,
    long step,
    int epoch,
    long iteration,
    double score,
    List<Part> files,
    String created) {
  static final int VERSION = 1;

  /** Checks the counters. */
  public CheckpointManifest {
    if (step < 0 || epoch < 0 || iteration < 0) {
      throw new IllegalArgumentException(
          "Invalid checkpoint: step %d, epoch %d, iteration %d (must be >= 0)"
              .formatted(step, epoch, iteration));
    }
    files = files == null ? List.of() : List.copyOf(files);
  }

  /**
   * A file of a checkpoint.
   *
   * @param name name in the checkpoint's folder
   * @param size in bytes
   * @param sha256 of its bytes, in lower-case hexadecimal digits
   */
  public record Part(String name, long size, String sha256) {
    /** Why this part is not among a folder's files, by its listing; empty when it may be. */
    Optional<String> flaw(Folder.Entry found) {
      if (found == null) {
        return Optional.of(name + " is missing");
      }
      return !found.folder() && found.size() == size
          ? Optional.empty()
          : Optional.of("%s has %d bytes instead of %d".formatted(name, found.size(), size));
    }

    /** Why bytes are not this part; empty when they are. */
    Optional<String> flaw(byte[] bytes) {
      if (bytes.length != size) {
        return Optional.of("%s has %d bytes instead of %d".formatted(name, bytes.length, size));
      }
      return Digests.sha256(bytes).equals(sha256)
          ? Optional.empty()
          : Optional.of("%s has another SHA-256 than the manifest says".formatted(name));
    }
  }

  /** SHA-256 of the networks in it, from the digests of their files. */
  public String networksSha256() {
    return Digests.sha256(
        files.stream()
            .filter(part -> part.name().endsWith(".zip"))
            .map(part -> part.name() + " " + part.sha256() + "\n")
            .sorted()
            .collect(Collectors.joining()));
  }

  static CheckpointManifest of(
      long step, int epoch, long iteration, double score, Map<String, byte[]> files) {
    List<Part> parts =
        new TreeMap<>(files)
            .entrySet().stream()
                .map(f -> new Part(f.getKey(), f.getValue().length, Digests.sha256(f.getValue())))
                .toList();
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    return new CheckpointManifest(VERSION, step, epoch, iteration, score, parts, now);
  }

  static CheckpointManifest parse(String json) throws JsonProcessingException {
    CheckpointManifest manifest = Json.MAPPER.readValue(json, CheckpointManifest.class);
    if (manifest == null) {
      throw new JsonParseException(null, "found null");
    }
    return manifest;
  }
}
