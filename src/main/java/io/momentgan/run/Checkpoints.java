package io.momentgan.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.momentgan.config.Experiment.CheckpointConfig;
import io.momentgan.config.UserException;
import io.momentgan.storage.Folder;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a run: {@code checkpoints/step=00000123/}, each complete once its {@code
 * manifest.json} exists.
 *
 * <p>A checkpoint is opened only if its manifest lists what the run's settings lead to, every file
 * agrees with it in size and SHA-256, and holds what it should; any other is skipped with a warning
 * that says why. Each manifest is read once.
 */
public final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

  static final String FOLDER = "checkpoints";
  static final String MANIFEST = "manifest.json";
  private static final String PREFIX = "step=";

  /** Largest manifest that is read: of thousands of files. */
  private static final int MOST_MANIFEST_BYTES = 1 << 20;

  private final Folder run;
  private final Supplier<CheckpointContents> contents;
  private final Map<Long, CheckpointManifest> manifests = new HashMap<>();
  private CheckpointContents known;

  /**
   * The checkpoints of a run.
   *
   * @param run its folder
   * @param record its record: files that it does not lead to are not read
   */
  public Checkpoints(Folder run, RunRecord record) {
    this.run = run;
    this.contents = () -> new CheckpointContents(record);
  }

  /**
   * Writes a checkpoint: its files, then its manifest. Replaces one of the same step.
   *
   * @param checkpoint what to write
   */
  public void write(Checkpoint checkpoint) {
    Set<String> names = checkpoint.files().keySet();
    if (names.contains(MANIFEST) || names.stream().anyMatch(f -> f.contains("/"))) {
      throw new IllegalArgumentException(
          "Invalid file names: %s (must be plain names other than %s)".formatted(names, MANIFEST));
    }
    long step = checkpoint.manifest().step();
    String folder = folder(step);
    manifests.remove(step);
    // An older manifest must not vouch for new parts.
    run.delete(folder + MANIFEST);
    checkpoint.files().forEach((name, bytes) -> run.publish(folder + name, bytes));
    run.publish(folder + MANIFEST, Json.line(checkpoint.manifest()) + "\n");
  }

  /** The newest checkpoint that verifies; empty when there is none. */
  public Optional<Checkpoint> newest() {
    return newestOf(fromNewest());
  }

  /**
   * The newest checkpoint that verifies.
   *
   * @throws UserException when there is none
   */
  public Checkpoint requireNewest() {
    return newest()
        .orElseThrow(
            () ->
                new UserException("No checkpoint of the run verifies; start a new run with train"));
  }

  /**
   * Refuses damaged checkpoints, in whose place nothing should be trained.
   *
   * @throws UserException when there is a checkpoint whose manifest was written
   */
  public void requireNone() {
    long begun = steps().stream().filter(step -> run.exists(folder(step) + MANIFEST)).count();
    if (begun > 0) {
      throw new UserException(
          ("%s/%s: found %d checkpoints, none of which verifies (warnings say why), expected an intact"
                  + " one; restore one from a copy, or delete the folder to begin again")
              .formatted(run, FOLDER, begun));
    }
  }

  /** The checkpoints whose files have the listed sizes, oldest first. */
  public List<CheckpointManifest> all() {
    return fromNewest()
        .filter(this::hasSizes)
        .sorted(Comparator.comparingLong(CheckpointManifest::step))
        .toList();
  }

  /**
   * The newest checkpoint of an epoch that verifies.
   *
   * @param epoch which epoch
   * @throws UserException that lists the epochs there are
   */
  public Checkpoint ofEpoch(int epoch) {
    return newestOf(fromNewest().filter(manifest -> manifest.epoch() == epoch))
        .orElseThrow(() -> new UserException(noEpoch(epoch)));
  }

  /**
   * The checkpoint after a number of rounds.
   *
   * @param step the number of rounds
   * @throws UserException that lists the checkpoints there are
   */
  public Checkpoint ofStep(long step) {
    return newestOf(fromNewest().filter(manifest -> manifest.step() == step))
        .orElseThrow(
            () ->
                new UserException(
                    "%s has no intact checkpoint of round %d; there are those of rounds %s"
                        .formatted(run, step, steps())));
  }

  /**
   * Checks that an epoch has a checkpoint, without opening it.
   *
   * @throws UserException that lists the epochs there are
   */
  public void requireEpoch(int epoch) {
    if (fromNewest().noneMatch(manifest -> manifest.epoch() == epoch)) {
      throw new UserException(noEpoch(epoch));
    }
  }

  private String noEpoch(int epoch) {
    String others =
        fromNewest()
            .map(CheckpointManifest::epoch)
            .filter(other -> other != epoch)
            .distinct()
            .sorted()
            .map(String::valueOf)
            .collect(Collectors.joining(", "));
    return "%s has no intact checkpoint of epoch %d; %s"
        .formatted(run, epoch, others.isEmpty() ? "it has no other" : "there are " + others);
  }

  /**
   * Deletes what need not be kept: all but the newest ones, the last of each epoch that is a
   * multiple of {@code keep-every}, and the one with the lowest score. Deletes nothing that no
   * manifest lists.
   *
   * @param config what is kept
   */
  public void retain(CheckpointConfig config) {
    new Retention(config).superfluous(all()).forEach(this::delete);
  }

  /**
   * Deletes all checkpoints after a step, when a run goes on from an earlier one than its newest.
   *
   * @param step the last one that stays
   */
  public void dropAfter(long step) {
    steps().stream()
        .filter(later -> later > step)
        .flatMap(later -> manifest(later).stream())
        .forEach(this::delete);
  }

  /** Manifest first, so that an interruption leaves no checkpoint that looks complete. */
  private void delete(CheckpointManifest manifest) {
    String folder = folder(manifest.step());
    manifests.remove(manifest.step());
    run.delete(folder + MANIFEST);
    Set<String> listed = new HashSet<>();
    manifest.files().forEach(part -> listed.add(part.name()));
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
        .map(entry -> Long.valueOf(entry.name().substring(PREFIX.length())))
        .sorted(Comparator.reverseOrder())
        .toList();
  }

  /** Lazily: whoever needs the newest alone reads one manifest. */
  private Stream<CheckpointManifest> fromNewest() {
    return steps().stream().flatMap(step -> manifest(step).stream());
  }

  private Optional<CheckpointManifest> manifest(long step) {
    return Optional.ofNullable(manifests.computeIfAbsent(step, this::readManifest));
  }

  /** Null where there is none, or none that can be used. */
  private CheckpointManifest readManifest(long step) {
    Folder.Entry file = entries(step).get(MANIFEST);
    if (file == null) {
      return null;
    }
    String path = folder(step) + MANIFEST;
    try {
      if (file.folder() || file.size() > MOST_MANIFEST_BYTES) {
        return skipped(path, "it is no file of at most %d bytes".formatted(MOST_MANIFEST_BYTES));
      }
      CheckpointManifest manifest =
          CheckpointManifest.parse(run.readText(path, MOST_MANIFEST_BYTES));
      if (manifest.formatVersion() != CheckpointManifest.VERSION || manifest.step() != step) {
        return skipped(
            path, "format %d of step %d".formatted(manifest.formatVersion(), manifest.step()));
      }
      Optional<String> flaw = contents().flaw(manifest);
      return flaw.isEmpty() ? manifest : skipped(path, flaw.get());
    } catch (JsonProcessingException e) {
      return skipped(path, "not a manifest: " + e.getOriginalMessage());
    }
  }

  private CheckpointManifest skipped(String path, String reason) {
    LOG.warn("Skipping {}/{}: {}", run, path, reason.lines().findFirst().orElse(""));
    return null;
  }

  private CheckpointContents contents() {
    if (known == null) {
      known = contents.get();
    }
    return known;
  }

  private Map<String, Folder.Entry> entries(long step) {
    return run.list(folder(step)).stream()
        .collect(Collectors.toMap(Folder.Entry::name, Function.identity()));
  }

  private boolean hasSizes(CheckpointManifest manifest) {
    Map<String, Folder.Entry> found = entries(manifest.step());
    return manifest.files().stream().allMatch(part -> part.flaw(found.get(part.name())).isEmpty());
  }

  private Optional<Checkpoint> newestOf(Stream<CheckpointManifest> fromNewest) {
    return fromNewest.flatMap(manifest -> verified(manifest).stream()).findFirst();
  }

  /** Reads all files of a checkpoint; empty, with a warning, when one is not as listed. */
  private Optional<Checkpoint> verified(CheckpointManifest manifest) {
    String folder = folder(manifest.step());
    Map<String, Folder.Entry> found = entries(manifest.step());
    Map<String, byte[]> files = new HashMap<>();
    for (CheckpointManifest.Part part : manifest.files()) {
      Optional<String> flaw = part.flaw(found.get(part.name()));
      if (flaw.isEmpty()) {
        byte[] bytes = run.read(folder + part.name(), part.size());
        flaw = part.flaw(bytes);
        files.put(part.name(), bytes);
      }
      if (flaw.isPresent()) {
        skipped(folder, flaw.get());
        return Optional.empty();
      }
    }
    try {
      return Optional.of(Checkpoint.read(manifest, files, contents()));
    } catch (UserException e) {
      skipped(folder, e.getMessage());
      return Optional.empty();
    }
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
