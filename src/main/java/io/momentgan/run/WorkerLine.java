package io.momentgan.run;

/**
 * One line of {@code metrics/workers.jsonl}: a worker in a round, to find stragglers by.
 *
 * @param epoch the round's epoch, from 1 on
 * @param round rounds finished since the run's start, this one included
 * @param rank number of the worker, from 0
 * @param host where it ran
 * @param iterations its iterations
 * @param samples real images that it trained on
 * @param seconds wall time of its work
 * @param waitSeconds of these, time that it waited for the others at exchanges
 * @param lagSeconds how much longer it worked, waiting left out, than the fastest worker
 * @param exchanges number of its exchanges
 * @param momentBytesOut bytes that it handed in at them
 * @param momentBytesIn bytes that it got back
 */
public record WorkerLine(
    int epoch,
    long round,
    int rank,
    String host,
    int iterations,
    long samples,
    double seconds,
    double waitSeconds,
    double lagSeconds,
    long exchanges,
    long momentBytesOut,
    long momentBytesIn) {}
