package io.momentgan.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.momentgan.config.UserException;
import io.momentgan.storage.Folder;
import java.util.List;

/**
 * One line of {@code metrics/rounds.jsonl}: an epoch's figures for a round, and what the round
 * cost.
 *
 * @param epoch the round's epoch, from 1 on
 * @param round rounds finished since the run's start
 * @param iteration iterations finished since the run's start
 * @param samplesSeen real images shown to the discriminators since the run's start
 * @param gUpdates updates of the generator since the run's start, on each worker
 * @param dUpdates updates of the discriminator likewise; two per step with separate updates
 * @param seconds time spent on training since the run's start
 * @param dLoss discriminator loss of the round's last batch, after its update
 * @param gLoss generator loss of the last batch, moment terms included
 * @param gBce the adversarial part of it
 * @param momentMean mean term of its moment distance
 * @param momentVar variance term of its moment distance
 * @param momentMeanFloor the mean term that two real batches differ by
 * @param momentVarFloor the variance term that two real batches differ by
 * @param dReal mean output of the discriminator for real images, a probability
 * @param dFake mean output of the discriminator for generated images, a probability
 * @param dLossRoundMean mean of dLoss over the round's batches
 * @param gLossRoundMean mean of gLoss over the round's batches
 * @param gBceRoundMean mean of gBce over the round's batches
 * @param momentMeanRoundMean mean of momentMean over the round's batches
 * @param momentVarRoundMean mean of momentVar over the round's batches
 * @param roundSeconds wall time of the round
 * @param workerSeconds wall time of its slowest worker
 * @param bytesOut bytes of networks sent to all workers
 * @param bytesIn bytes of networks that came back
 * @param exchanges exchanges of moments and gradients, of each worker
 * @param momentBytesOut bytes of moments and gradients that all workers handed in at them
 * @param momentBytesIn bytes that all workers got back
 * @param momentWaitSeconds mean time that a worker waited for the others at them
 * @param dGradientNorm mean norm of the discriminator's gradient over the round
 * @param gGradientNorm mean norm of the generator's gradient over the round
 */
public record RoundLine(
    int epoch,
    long round,
    long iteration,
    long samplesSeen,
    long gUpdates,
    long dUpdates,
    double seconds,
    double dLoss,
    double gLoss,
    double gBce,
    double momentMean,
    double momentVar,
    double momentMeanFloor,
    double momentVarFloor,
    double dReal,
    double dFake,
    double dLossRoundMean,
    double gLossRoundMean,
    double gBceRoundMean,
    double momentMeanRoundMean,
    double momentVarRoundMean,
    double roundSeconds,
    double workerSeconds,
    long bytesOut,
    long bytesIn,
    long exchanges,
    long momentBytesOut,
    long momentBytesIn,
    double momentWaitSeconds,
    double dGradientNorm,
    double gGradientNorm) {
  /**
   * All rounds recorded so far.
   *
   * @param folder the run's folder
   * @return in the order of the file; empty before the first
   * @throws UserException naming the line that is no record of a round
   */
  public static List<RoundLine> readAll(Folder folder) {
    String path = MetricsLog.Table.ROUNDS.path();
    return folder.exists(path)
        ? folder.readText(path).lines().map(line -> parse(line, folder + "/" + path)).toList()
        : List.of();
  }

  private static RoundLine parse(String line, String file) {
    try {
      return Json.MAPPER.readValue(line, RoundLine.class);
    } catch (JsonProcessingException e) {
      throw new UserException("%s: not the record of a round: %s".formatted(file, line), e);
    }
  }

  /**
   * What a round cost; the components are those of {@link RoundLine}.
   *
   * @param roundSeconds wall time of the round
   * @param workerSeconds wall time of its slowest worker
   * @param bytesOut bytes sent
   * @param bytesIn bytes received
   * @param exchanges exchanges of each worker
   * @param momentBytesOut bytes handed in
   * @param momentBytesIn bytes got back
   * @param momentWaitSeconds mean time waited
   * @param dGradientNorm mean norm of the discriminator's gradient
   * @param gGradientNorm mean norm of the generator's gradient
   */
  public record Cost(
      double roundSeconds,
      double workerSeconds,
      long bytesOut,
      long bytesIn,
      long exchanges,
      long momentBytesOut,
      long momentBytesIn,
      double momentWaitSeconds,
      double dGradientNorm,
      double gGradientNorm) {}

  /**
   * A line from its groups.
   *
   * @param clock where the run stands
   * @param last losses of the round's last batch
   * @param context floors and discriminator outputs
   * @param mean means of the losses over the round
   * @param cost what the round cost
   * @return the line
   */
  public static RoundLine of(
      EpochLine.Clock clock,
      EpochLine.Losses last,
      EpochLine.Context context,
      EpochLine.Losses mean,
      Cost cost) {
    return new RoundLine(
        clock.epoch(),
        clock.round(),
        clock.iteration(),
        clock.samplesSeen(),
        clock.gUpdates(),
        clock.dUpdates(),
        clock.seconds(),
        last.d(),
        last.g(),
        last.gBce(),
        last.momentMean(),
        last.momentVar(),
        context.momentMean(),
        context.momentVar(),
        context.dReal(),
        context.dFake(),
        mean.d(),
        mean.g(),
        mean.gBce(),
        mean.momentMean(),
        mean.momentVar(),
        cost.roundSeconds(),
        cost.workerSeconds(),
        cost.bytesOut(),
        cost.bytesIn(),
        cost.exchanges(),
        cost.momentBytesOut(),
        cost.momentBytesIn(),
        cost.momentWaitSeconds(),
        cost.dGradientNorm(),
        cost.gGradientNorm());
  }
}
