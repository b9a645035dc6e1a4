package io.momentgan.collective;

import java.io.Serializable;
import java.time.Duration;

/**
 * What the driver and the workers of a run agree on.
 *
 * @param size number of workers
 * @param deadline longest wait of a worker for the others
 * @param mostBytes bytes of the largest message
 * @param bytesOnDriver what the messages of all workers may have in an exchange for the driver to
 *     merge them; where they have more, and workers are several processes, each worker merges a
 *     slice. The bits are the same
 */
public record Meeting(int size, Duration deadline, long mostBytes, long bytesOnDriver)
    implements Serializable {

  /** A meeting with messages of any size that Spark can send (2 GiB), which the driver merges. */
  public static Meeting of(int size, Duration deadline) {
    return new Meeting(size, deadline, Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  /** Whether workers merge the messages of an exchange, and not the driver. */
  public boolean bySlices(Message contribution) {
    return size > 1 && size * contribution.bytes() > bytesOnDriver;
  }
}
