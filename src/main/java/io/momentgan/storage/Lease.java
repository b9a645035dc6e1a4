package io.momentgan.storage;

import io.momentgan.config.UserException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.commons.lang3.concurrent.BasicThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right of one process to write to a folder: a file {@code lease-ID.properties} in it that
 * names the owner, renewed every {@value #RENEWAL_SECONDS} s and removed at the end.
 *
 * <p>Needs no exclusive creation, which S3 lacks: a process writes its own file, lists the folder,
 * and holds the lease only if there is no other file. Of two at once the one that comes first by
 * name waits, the other is refused. Listings must show what was written before, as S3, HDFS and
 * local disks do. A lease is taken over if its owner is a process of this machine that has ended,
 * or shows no sign of life for {@value #STALE_SECONDS} s by the clock of the store. An owner that
 * was suspended for so long finds that out before it writes; only a write that was under way then
 * can still come through.
 */
public final class Lease implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lease.class);
  private static final String PREFIX = "lease-";
  private static final int RENEWAL_SECONDS = 15;
  private static final int STALE_SECONDS = 120;
  private static final Duration CONTEST = Duration.ofSeconds(10);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Files of this process's leases: its others were left behind. */
  private static final Set<String> OWN = ConcurrentHashMap.newKeySet();

  private final Folder folder;
  private final Duration stale;
  private final Duration renewal;
  private final String file = PREFIX + UUID.randomUUID() + ".properties";
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          new BasicThreadFactory.Builder().namingPattern("momentgan-lease").daemon(true).build());
  private ScheduledFuture<?> renewals;
  private long renewedNanos;
  private long renewedMillis;
  private String lost = "";

  private Lease(Folder folder, Duration renewal, Duration stale) {
    this.folder = folder;
    this.renewal = renewal;
    this.stale = stale;
  }

  /**
   * Takes the lease of a folder.
   *
   * @param folder which; it exists
   * @return the lease, to be closed at the end
   * @throws UserException that names the owner when another process holds it
   */
  public static Lease take(Folder folder) {
    return take(folder, Duration.ofSeconds(RENEWAL_SECONDS), Duration.ofSeconds(STALE_SECONDS));
  }

  /** Whether a name is that of a lease's file, which does not stay. */
  public static boolean isLease(String name) {
    return name.startsWith(PREFIX);
  }

  static Lease take(Folder folder, Duration renewal, Duration stale) {
    Lease lease = new Lease(folder, renewal, stale);
    OWN.add(lease.file);
    try {
      lease.write(false);
      lease.contend();
    } catch (RuntimeException e) {
      lease.close();
      throw e;
    }
    long period = renewal.toMillis();
    lease.renewals =
        lease.clock.scheduleWithFixedDelay(
            lease::renewInBackground, period, period, TimeUnit.MILLISECONDS);
    return lease;
  }

  private void contend() {
    long start = System.nanoTime();
    while (true) {
      Map<String, Long> found = folder.times(PREFIX);
      Optional<String> other = firstOther(found);
      if (other.isEmpty()) {
        write(true);
        return;
      }
      LeaseOwner owner = LeaseOwner.read(folder, other.get());
      boolean mine = !owner.holds() && file.compareTo(other.get()) < 0;
      boolean late = System.nanoTime() - start > CONTEST.toNanos();
      if ((!mine || late) && folder.times(PREFIX).containsKey(other.get())) {
        throw refusal(owner, age(other.get(), found));
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Another's file; those left behind are deleted. */
  private Optional<String> firstOther(Map<String, Long> found) {
    List<String> others = new ArrayList<>();
    for (String name : found.keySet()) {
      if (name.equals(file)) {
        continue;
      }
      if (isAbandoned(name, found)) {
        LOG.warn("{}: the lease of {} is taken over", folder, LeaseOwner.read(folder, name));
        folder.delete(name);
      } else {
        others.add(name);
      }
    }
    return others.stream().min(Comparator.naturalOrder());
  }

  private boolean isAbandoned(String other, Map<String, Long> found) {
    return age(other, found).compareTo(stale) > 0
        || (!OWN.contains(other) && LeaseOwner.read(folder, other).hasEnded());
  }

  /** Time since another's last sign of life. Both times are the store's. */
  private Duration age(String other, Map<String, Long> found) {
    long now = found.getOrDefault(file, 0L);
    return Duration.ofMillis(now - found.getOrDefault(other, now));
  }

  private UserException refusal(LeaseOwner owner, Duration age) {
    return new UserException(
        "%s: found a training in progress, by %s (last sign of life %d s ago), expected none; await its end or stop it; if it is gone, try again in %d s"
            .formatted(
                folder,
                owner,
                Math.max(0, age.toSeconds()),
                Math.max(1, stale.minus(age).toSeconds() + 1)));
  }

  private void write(boolean holds) {
    folder.publish(file, LeaseOwner.self(holds));
    synchronized (this) {
      renewedNanos = System.nanoTime();
      renewedMillis = System.currentTimeMillis();
    }
  }

  private void renewInBackground() {
    try {
      renew();
    } catch (RuntimeException e) {
      LOG.warn("{}: the lease cannot be renewed: {}", folder, e.getMessage());
    }
  }

  private void renew() {
    boolean inDoubt = gap().compareTo(stale.dividedBy(2)) > 0;
    if (isLost(inDoubt)) {
      return;
    }
    write(true);
    // Whoever took it over meanwhile had written its file before.
    if (inDoubt && isLost(true)) {
      folder.delete(file);
    }
  }

  private synchronized boolean isLost(boolean inDoubt) {
    if (lost.isEmpty()) {
      Map<String, Long> found = folder.times(PREFIX);
      boolean gone = !found.containsKey(file);
      if (gone || (inDoubt && found.size() > 1)) {
        String other =
            found.keySet().stream()
                .filter(name -> !name.equals(file))
                .findFirst()
                .map(name -> "taken over by " + LeaseOwner.read(folder, name))
                .orElse("removed");
        lost =
            "%s: this training's lease was %s: it ends here and writes nothing more"
                .formatted(folder, other);
      }
    }
    return !lost.isEmpty();
  }

  /** Time since the last renewal. Clocks may stand still while a machine or process sleeps. */
  private synchronized Duration gap() {
    Duration ticks = Duration.ofNanos(System.nanoTime() - renewedNanos);
    Duration wall = Duration.ofMillis(System.currentTimeMillis() - renewedMillis);
    return ticks.compareTo(wall) > 0 ? ticks : wall;
  }

  /**
   * Checks that this process still holds the lease. Asks the store only if a renewal is overdue.
   *
   * @throws UserException when another process has taken it over
   */
  public void requireHeld() {
    if (gap().compareTo(renewal.multipliedBy(2)) > 0) {
      requireHeldNow();
    }
    requireNotLost();
  }

  /** Asks the store. */
  void requireHeldNow() {
    renewOverdue();
    requireNotLost();
  }

  private void requireNotLost() {
    synchronized (this) {
      if (!lost.isEmpty()) {
        throw new UserException(lost);
      }
    }
  }

  private void renewOverdue() {
    try {
      renew();
    } catch (UserException e) {
      // Nobody may take it over yet; the store has several minutes to come back.
      if (gap().compareTo(stale) > 0) {
        throw e;
      }
    }
  }

  /** Gives the lease back. */
  @Override
  public void close() {
    if (renewals != null) {
      renewals.cancel(false);
    }
    clock.shutdownNow();
    try {
      folder.delete(file);
    } catch (RuntimeException e) {
      LOG.warn("{}: {} cannot be removed: {}", folder, file, e.getMessage());
    } finally {
      OWN.remove(file);
    }
  }
}
