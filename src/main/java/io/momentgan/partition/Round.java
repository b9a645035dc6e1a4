package io.momentgan.partition;

import java.io.Serializable;

/**
 * A round: iterations between two averagings.
 *
 * @param number number of rounds before this one
 * @param epoch number of its epoch, from 1
 * @param firstIteration its first iteration within the epoch, from 0
 * @param iterations number of its iterations
 * @param iterationsBefore number of iterations of the whole training before this round
 * @param indexInEpoch number of rounds of its epoch before it
 * @param lastOfEpoch whether the epoch ends with it
 * @param sharesGradients whether the epoch's rounds are of one iteration, so that workers can share
 *     each gradient
 */
public record Round(
    long number,
    int epoch,
    int firstIteration,
    int iterations,
    long iterationsBefore,
    int indexInEpoch,
    boolean lastOfEpoch,
    boolean sharesGradients)
    implements Serializable {}
