package io.momentgan.collective;

/** A collective that measures its traffic. Belongs to one thread. */
public final class MeasuredCollective implements Collective {
  private final Collective collective;
  private Traffic traffic = Traffic.NONE;

  public MeasuredCollective(Collective collective) {
    this.collective = collective;
  }

  /** The cost of all exchanges so far; nothing for a worker alone. */
  public Traffic traffic() {
    return traffic;
  }

  /** The same end of the group, for what is no exchange of an iteration. */
  public Collective unmeasured() {
    return collective;
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
  public <M extends Message> Exchange<M> begin(M contribution) {
    Exchange<M> exchange = collective.begin(contribution);
    return size() == 1 ? exchange : () -> await(exchange, contribution.bytes());
  }

  private <M extends Message> M await(Exchange<M> exchange, long bytesOut) {
    long start = System.nanoTime();
    M result = exchange.await();
    double seconds = (System.nanoTime() - start) / 1e9;
    traffic = traffic.plus(new Traffic(1, bytesOut, result.bytes(), seconds));
    return result;
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
