package io.momentgan.averaging;

import io.momentgan.step.Losses;
import java.io.Serializable;

/**
 * What a worker says of its round beside its networks.
 *
 * @param rank number of the worker
 * @param host where it ran
 * @param samples real images it has trained on
 * @param sum sum of its iterations' figures
 * @param iterations number of its iterations
 * @param last figures of the last batch after the last update
 * @param maxGradientNorm largest gradient norm of either network in any of its iterations
 * @param seconds wall time
 * @param fault what was not finite, or empty
 */
public record WorkerReport(
    int rank,
    String host,
    long samples,
    Losses sum,
    int iterations,
    Losses last,
    double maxGradientNorm,
    double seconds,
    String fault)
    implements Serializable {}
