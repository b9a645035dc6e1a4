package io.momentgan.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.momentgan.config.CheckpointConfig;
import io.momentgan.config.UserException;
import io.momentgan.storage.Folder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a run: {@code checkpoints/step=00000123/}, each complete from the moment its
 * {@code manifest.json} is there.
 *
 * <p>Reading takes only what agrees with its manifest in sizes and SHA-256; a damaged checkpoint is
 * passed over with a warning that says why.
 */
public final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

  static final String FOLDER = "checkpoints";
  static final String MANIFEST = "manifest.json";
  private static final String PREFIX = "step=";

  private final Folder run;

  /**
   * The checkpoints of a run.
   *
   * @param run its folder
   */
  public Checkpoints(Folder run) {
    this.run = run;
  }

  /**
   * Writes a checkpoint: its files, then its manifest. One of the same step is replaced.
   *
   * @param info what it is a checkpoint of
   * @param files content by plain file name
   */
  public void write(CheckpointInfo info, Map<String, byte[]> files) {
    if (files.containsKey(MANIFEST) || files.keySet().stream().anyMatch(f -> f.contains("/"))) {
      throw new IllegalArgumentException(
          "Invalid file names: %s (must be plain names other than %s)"
              .formatted(files.keySet(), MANIFEST));
    }
    String folder = folder(info.step());
    // An older manifest must not vouch for new parts.
    run.delete(folder + MANIFEST);
    files.forEach((name, bytes) -> run.publish(folder + name, bytes));
    run.publish(folder + MANIFEST, Json.line(CheckpointManifest.of(info, files)) + "\n");
  }

  /** The newest checkpoint that verifies; empty when there is none. */
  public Optional<CheckpointInfo> newest() {
    return manifests().descendingMap().values().stream()
        .filter(this::verifies)
        .findFirst()
        .map(CheckpointManifest::info);
  }

  /** The checkpoints whose files are there, oldest first. */
  public List<CheckpointInfo> all() {
    return intact().stream().map(CheckpointManifest::info).toList();
  }

  /**
   * The newest checkpoint of an epoch that verifies.
   *
   * @param epoch which epoch
   * @throws UserException that lists the epochs there are
   */
  public CheckpointInfo ofEpoch(int epoch) {
    NavigableMap<Long, CheckpointManifest> all = manifests();
    return all.descendingMap().values().stream()
        .filter(manifest -> manifest.epoch() == epoch)
        .filter(this::verifies)
        .findFirst()
        .map(CheckpointManifest::info)
        .orElseThrow(() -> new UserException(noEpoch(epoch, all)));
  }

  private String noEpoch(int epoch, NavigableMap<Long, CheckpointManifest> all) {
    List<String> epochs =
        all.values().stream()
            .filter(manifest -> manifest.epoch() != epoch)
            .map(manifest -> String.valueOf(manifest.epoch()))
            .distinct()
            .toList();
    return "%s has no intact checkpoint of epoch %d; %s"
        .formatted(
            run,
            epoch,
            epochs.isEmpty() ? "it has no other" : "there are " + String.join(", ", epochs));
  }

  /**
   * Reads a file of a checkpoint.
   *
   * @param step the checkpoint
   * @param file the file's name
   * @return its bytes, which agree with the manifest
   * @throws UserException when there is no such intact file
   */
  public byte[] read(long step, String file) {
    CheckpointManifest manifest = manifest(step).orElseThrow(() -> missing(step, file));
    CheckpointManifest.Part part =
        manifest.files().stream()
            .filter(p -> p.name().equals(file))
            .findFirst()
            .orElseThrow(() -> missing(step, file));
    byte[] bytes = run.read(folder(step) + file);
    part.flaw(bytes)
        .ifPresent(
            flaw -> {
              throw new UserException("%s/%s: %s".formatted(run, folder(step), flaw));
            });
    return bytes;
  }

  /**
   * Whether a checkpoint has a file.
   *
   * @param step the checkpoint
   * @param file the file's name
   */
  public boolean holds(long step, String file) {
    return manifest(step).stream()
        .flatMap(manifest -> manifest.files().stream())
        .anyMatch(part -> part.name().equals(file));
  }

  private UserException missing(long step, String file) {
    return new UserException("%s has no intact %s%s".formatted(run, folder(step), file));
  }

  /**
   * Deletes what need not be kept: all but the newest ones, the last of each epoch that is a
   * multiple of {@code keep-every}, and the one with the lowest score. Nothing goes that a manifest
   * does not list.
   *
   * @param config what is kept
   */
  public void retain(CheckpointConfig config) {
    new Retention(config).superfluous(intact()).forEach(this::delete);
  }

  /**
   * Deletes all checkpoints after a step, when a run goes on from an earlier one than its newest.
   *
   * @param step the last one that stays
   */
  public void dropAfter(long step) {
    manifests().tailMap(step, false).values().forEach(this::delete);
  }

  /** Manifest first, so that an interruption leaves no checkpoint that looks complete. */
  private void delete(CheckpointManifest manifest) {
    String folder = folder(manifest.step());
    run.delete(folder + MANIFEST);
    Set<String> listed =
        manifest.files().stream().map(CheckpointManifest.Part::name).collect(Collectors.toSet());
    List<String> found = run.list(folder).stream().map(Folder.Entry::name).toList();
    if (listed.containsAll(found)) {
      run.deleteFolder(folder);
    } else {
      found.stream().filter(listed::contains).forEach(name -> run.delete(folder + name));
    }
  }

  private List<Long> steps() {
    return run.list(FOLDER).stream()
        .filter(entry -> entry.folder() && entry.name().matches(PREFIX + "\\d{8,18}"))
        .map(entry -> Long.parseLong(entry.name().substring(PREFIX.length())))
        .sorted(Comparator.naturalOrder())
        .toList();
  }

  private NavigableMap<Long, CheckpointManifest> manifests() {
    NavigableMap<Long, CheckpointManifest> manifests = new TreeMap<>();
    steps().forEach(step -> manifest(step).ifPresent(m -> manifests.put(step, m)));
    return manifests;
  }

  private Optional<CheckpointManifest> manifest(long step) {
    String path = folder(step) + MANIFEST;
    if (!run.exists(path)) {
      return Optional.empty();
    }
    try {
      CheckpointManifest manifest =
          CheckpointManifest.parse(new String(run.read(path), StandardCharsets.UTF_8));
      if (manifest.formatVersion() == CheckpointManifest.VERSION && manifest.step() == step) {
        return Optional.of(manifest);
      }
      LOG.warn(
          "Skipping {}/{}: format {} of step {}",
          run,
          path,
          manifest.formatVersion(),
          manifest.step());
    } catch (JsonProcessingException e) {
      LOG.warn("Skipping {}/{}: not a manifest: {}", run, path, e.getOriginalMessage());
    }
    return Optional.empty();
  }

  /** Checkpoints whose files have the listed sizes, oldest first. */
  private List<CheckpointManifest> intact() {
    return manifests().values().stream().filter(this::hasSizes).toList();
  }

  private boolean hasSizes(CheckpointManifest manifest) {
    Map<String, Long> sizes = new HashMap<>();
    run.list(folder(manifest.step())).forEach(entry -> sizes.put(entry.name(), entry.size()));
    return manifest.files().stream()
        .allMatch(p -> Long.valueOf(p.size()).equals(sizes.get(p.name())));
  }

  private boolean verifies(CheckpointManifest manifest) {
    String folder = folder(manifest.step());
    for (CheckpointManifest.Part part : manifest.files()) {
      String flaw =
          run.exists(folder + part.name())
              ? part.flaw(run.read(folder + part.name())).orElse("")
              : part.name() + " is missing";
      if (!flaw.isEmpty()) {
        LOG.warn("Skipping {}/{}: {}", run, folder, flaw);
        return false;
      }
    }
    return true;
  }

  /**
   * Where a checkpoint lies.
   *
   * @param step the checkpoint
   * @return the path in the run folder, such as {@code checkpoints/step=00000123}
   */
  public static String path(long step) {
    return String.format(Locale.ROOT, "%s/%s%08d", FOLDER, PREFIX, step);
  }

  private static String folder(long step) {
    return path(step) + "/";
  }
}
