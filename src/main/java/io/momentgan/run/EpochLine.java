package io.momentgan.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.momentgan.config.UserException;
import io.momentgan.storage.Folder;
import java.util.List;

/**
 * What is recorded of an epoch: one line of {@code metrics/epochs.jsonl}, in snake_case and in this
 * order.
 *
 * <p>Losses are in nats. Moment terms are in the units of the original, 0.1 times the sum of the
 * absolute differences over the features, whatever the weights of the penalty. NaN stands for what
 * was not measured ({@code null} in the file).
 *
 * @param epoch from 1 on
 * @param round rounds finished since the run's start
 * @param iteration iterations finished since the run's start
 * @param samplesSeen real images shown to the discriminators since the run's start
 * @param gUpdates updates of the generator since the run's start, on each worker
 * @param dUpdates updates of the discriminator likewise; two per step with separate updates
 * @param seconds time spent on training since the run's start
 * @param dLoss discriminator loss of the epoch's last batch, after its update
 * @param gLoss generator loss of the last batch, moment terms included
 * @param gBce the adversarial part of it
 * @param momentMean mean term of its moment distance, 0.1 * sum |difference| whatever the weights
 *     of the penalty
 * @param momentVar variance term of its moment distance, likewise
 * @param momentMeanFloor the mean term that two real batches of the same size differ by
 * @param momentVarFloor the variance term that two real batches differ by
 * @param dReal mean output of the discriminator for real images, a probability
 * @param dFake mean output of the discriminator for generated images, a probability
 * @param dLossEpochMean mean of dLoss over the epoch's batches
 * @param gLossEpochMean mean of gLoss over the epoch's batches
 * @param gBceEpochMean mean of gBce over the epoch's batches
 * @param momentMeanEpochMean mean of momentMean over the epoch's batches
 * @param momentVarEpochMean mean of momentVar over the epoch's batches
 * @param alarms what looked wrong in this epoch, one sentence each
 */
public record EpochLine(
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
    double dLossEpochMean,
    double gLossEpochMean,
    double gBceEpochMean,
    double momentMeanEpochMean,
    double momentVarEpochMean,
    List<String> alarms) {
  /** Copies the alarms; none where there is no list. */
  public EpochLine {
    alarms = alarms == null ? List.of() : List.copyOf(alarms);
  }

  /**
   * Where a run stands; the components are those of {@link EpochLine}.
   *
   * @param epoch from 1 on
   * @param round rounds finished
   * @param iteration iterations finished
   * @param samplesSeen real images shown
   * @param gUpdates updates of the generator
   * @param dUpdates updates of the discriminator
   * @param seconds training time
   */
  public record Clock(
      int epoch,
      long round,
      long iteration,
      long samplesSeen,
      long gUpdates,
      long dUpdates,
      double seconds) {}

  /**
   * Losses of a batch or their means over an epoch.
   *
   * @param d discriminator loss
   * @param g generator loss, moment terms included
   * @param gBce its adversarial part
   * @param momentMean its mean term
   * @param momentVar its variance term
   */
  public record Losses(double d, double g, double gBce, double momentMean, double momentVar) {}

  /**
   * What the last batch's losses are read against.
   *
   * @param momentMean floor of the mean term
   * @param momentVar floor of the variance term
   * @param dReal mean probability given to real images
   * @param dFake mean probability given to generated images
   */
  public record Context(double momentMean, double momentVar, double dReal, double dFake) {}

  /**
   * A line from its groups.
   *
   * @param clock where the run stands
   * @param last losses of the epoch's last batch
   * @param context floors and discriminator outputs
   * @param mean means of the losses over the epoch
   * @param alarms what looked wrong
   */
  public static EpochLine of(
      Clock clock, Losses last, Context context, Losses mean, List<String> alarms) {
    return new EpochLine(
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
        alarms);
  }

  /**
   * All epochs recorded so far.
   *
   * @param folder the run's folder
   * @return in the order of the file; empty before the first epoch's end
   * @throws UserException naming the line that is no record of an epoch
   */
  public static List<EpochLine> readAll(Folder folder) {
    String path = MetricsLog.Table.EPOCHS.path();
    if (!folder.exists(path)) {
      return List.of();
    }
    return folder.readText(path).lines().map(line -> parse(line, folder, path)).toList();
  }

  private static EpochLine parse(String line, Folder folder, String path) {
    try {
      return Json.MAPPER.readValue(line, EpochLine.class);
    } catch (JsonProcessingException e) {
      throw new UserException(
          "%s/%s: not the record of an epoch: %s".formatted(folder, path, line), e);
    }
  }
}
