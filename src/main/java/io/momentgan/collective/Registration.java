package io.momentgan.collective;

/** A run that its driver lets workers meet for. Closing it forgets the run. */
public interface Registration extends AutoCloseable {
  /** Where the workers of a process need no leave to meet. */
  Registration NONE =
      new Registration() {
        @Override
        public void admit(long round) {}

        @Override
        public void close() {}
      };

  /**
   * Lets the workers of a round meet, and no others.
   *
   * @param round number of the round, from 0
   */
  void admit(long round);

  @Override
  void close();
}
