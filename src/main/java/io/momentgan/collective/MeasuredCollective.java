package io.momentgan.collective;

import io.momentgan.moments.Moments;
import java.util.List;

/** A collective that counts what goes through it. Belongs to one thread. */
public final class MeasuredCollective implements Collective {
  private final Collective collective;
  private Traffic traffic = Traffic.NONE;

  /**
   * Measures a collective.
   *
   * @param collective the one that does the work
   */
  public MeasuredCollective(Collective collective) {
    this.collective = collective;
  }

  /** What has gone through so far; nothing for a worker alone. */
  public Traffic traffic() {
    return traffic;
  }

  @Override
  public int rank() {
    return collective.rank();
  }

  @Override
  public int size() {
    return collective.size();
  }

  @Override
  public Exchange begin(List<Moments> contribution) {
    Exchange exchange = collective.begin(contribution);
    return size() == 1 ? exchange : () -> await(exchange, bytes(contribution));
  }

  private List<Moments> await(Exchange exchange, long bytesOut) {
    long start = System.nanoTime();
    List<Moments> result = exchange.await();
    double seconds = (System.nanoTime() - start) / 1e9;
    traffic = traffic.plus(new Traffic(1, bytesOut, bytes(result), seconds));
    return result;
  }

  private static long bytes(List<Moments> list) {
    return list.stream().mapToLong(Moments::bytes).sum();
  }

  @Override
  public void abort(String reason) {
    collective.abort(reason);
  }

  @Override
  public void close() {
    collective.close();
  }
}
