package io.momentgan.averaging;

import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.network.state.Snapshot;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Hands networks from the driver to the workers of a round and back: through Spark, or by reference
 * within one process. Snapshots and results are never mutated, so workers may share them.
 */
interface Handover extends Serializable {
  /** Hands a snapshot over until {@link #destroy}; on the driver. */
  static Handover of(JavaSparkContext spark, Snapshot snapshot) {
    if (spark.isLocal()) {
      return InProcess.of(snapshot);
    }
    // By itself each: an executor fetches the buffers of its own workers only.
    List<Broadcast<ReplayBuffer>> replay =
        snapshot.replay().stream().map(spark::broadcast).toList();
    return new Broadcasted(spark.broadcast(snapshot.withoutReplay()), replay);
  }

  /** The snapshot, on a worker or the driver. */
  Snapshot snapshot();

  /** The images that a worker may show its discriminator again. */
  ReplayBuffer replay(int rank);

  /** Chooses the serialised form of a worker's result; {@code wire} serves other processes. */
  Serializable replace(int rank, GanTrainingResult result, Serializable wire);

  /** Forgets the snapshot and the results; on the driver. */
  void destroy();

  /** Through Spark. */
  record Broadcasted(Broadcast<Snapshot> broadcast, List<Broadcast<ReplayBuffer>> buffers)
      implements Handover {
    @Override
    public Snapshot snapshot() {
      return broadcast.getValue();
    }

    @Override
    public ReplayBuffer replay(int rank) {
      return buffers.isEmpty() ? ReplayBuffer.EMPTY : buffers.get(rank).getValue();
    }

    @Override
    public Serializable replace(int rank, GanTrainingResult result, Serializable wire) {
      return wire;
    }

    @Override
    public void destroy() {
      broadcast.destroy();
      buffers.forEach(Broadcast::destroy);
    }
  }

  /** Within this process: Spark carries a number only. */
  record InProcess(long number) implements Handover {
    private static final AtomicLong LAST = new AtomicLong();
    private static final Map<InProcess, Snapshot> SNAPSHOTS = new ConcurrentHashMap<>();
    private static final Map<Ticket, GanTrainingResult> RESULTS = new ConcurrentHashMap<>();

    static InProcess of(Snapshot snapshot) {
      InProcess handover = new InProcess(LAST.incrementAndGet());
      SNAPSHOTS.put(handover, snapshot);
      return handover;
    }

    @Override
    public Snapshot snapshot() {
      Snapshot snapshot = SNAPSHOTS.get(this);
      if (snapshot == null) {
        throw new IllegalStateException("The round is over");
      }
      return snapshot;
    }

    @Override
    public ReplayBuffer replay(int rank) {
      return snapshot().replay(rank);
    }

    @Override
    public Serializable replace(int rank, GanTrainingResult result, Serializable wire) {
      Ticket ticket = new Ticket(this, rank);
      RESULTS.put(ticket, result);
      if (!SNAPSHOTS.containsKey(this)) {
        RESULTS.remove(ticket); // a task that outlived its round
      }
      return ticket;
    }

    @Override
    public void destroy() {
      SNAPSHOTS.remove(this);
      RESULTS.keySet().removeIf(ticket -> ticket.handover().equals(this));
    }

    private record Ticket(InProcess handover, int rank) implements Serializable {
      private Object readResolve() {
        GanTrainingResult result = RESULTS.get(this);
        if (result == null) {
          throw new IllegalStateException("The round is over");
        }
        return result;
      }
    }
  }
}
