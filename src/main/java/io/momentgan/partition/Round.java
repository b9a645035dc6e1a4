package io.momentgan.partition;

import java.io.Serializable;

/**
 * A round: iterations between two averagings.
 *
 * @param number number of rounds before this one
 * @param epoch number of its epoch, from 1
 * @param firstIteration its first iteration within the epoch, from 0
 * @param iterations number of its iterations
 * @param passesBefore passes over the images in the epochs before
 * @param iterationsPerPass iterations in which a worker goes through its images once
 * @param iterationsBefore number of iterations of the whole training before this round
 * @param indexInEpoch number of rounds of its epoch before it, with the same number of workers
 * @param lastOfEpoch whether the epoch ends with it
 * @param sharesGradients whether workers share each gradient
 */
public record Round(
    long number,
    int epoch,
    int firstIteration,
    int iterations,
    int passesBefore,
    int iterationsPerPass,
    long iterationsBefore,
    int indexInEpoch,
    boolean lastOfEpoch,
    boolean sharesGradients)
    implements Serializable {
  /**
   * The pass over the images in which an iteration falls, from 1 in the whole training.
   *
   * @param made iterations of this round before it
   */
  public int pass(int made) {
    return passesBefore + (firstIteration + made) / iterationsPerPass + 1;
  }

  /**
   * The number of an iteration within its {@link #pass}, from 0.
   *
   * @param made iterations of this round before it
   */
  public int inPass(int made) {
    return (firstIteration + made) % iterationsPerPass;
  }
}
