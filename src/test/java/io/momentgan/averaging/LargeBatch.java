package io.momentgan.averaging;

import io.momentgan.config.Experiment;
import io.momentgan.config.LossConfig;
import io.momentgan.config.Seeds;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.moments.MomentPenalty;
import io.momentgan.moments.Moments;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.partition.Round;
import io.momentgan.step.LatentVectors;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An iteration of all workers as one batch, written down without the product's step: the reference
 * that distributed training is compared with.
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record LargeBatch(
    Experiment experiment, INDArray real, int[] labels, INDArray[] z, double[][] centres) {
  static LargeBatch of(
      Experiment experiment,
      Round round,
      int workers,
      IntFunction<float[]> realOfRank,
      IntFunction<int[]> labelsOfRank,
      double[][] centres) {
    int size = experiment.train().batchSize();
    INDArray[] real = new INDArray[workers];
    for (int rank = 0; rank < workers; rank++) {
      float[] rows = realOfRank.apply(rank);
      real[rank] = HostArrays.toArray(rows, size, rows.length / size);
    }
    INDArray[] z = new INDArray[experiment.train().dSteps()];
    for (int k = 0; k < z.length; k++) {
      z[k] = latent(experiment, round.iterationsBefore(), workers, k);
    }
    int[] labels =
        IntStream.range(0, workers).mapToObj(labelsOfRank).flatMapToInt(Arrays::stream).toArray();
    return new LargeBatch(experiment, Nd4j.concat(0, real), labels, z, centres);
  }

  /** The z of all workers for one update of the discriminator. */
  private static INDArray latent(Experiment experiment, long iteration, int workers, int draw) {
    int size = experiment.train().batchSize();
    INDArray[] z = new INDArray[workers];
    for (int rank = 0; rank < workers; rank++) {
      long seed = Seeds.of(experiment.train().seed(), Seeds.Use.LATENT, iteration, rank, draw);
      float[] latent = LatentVectors.draw(experiment.latent(), size, seed);
      z[rank] = HostArrays.toArray(latent, size, experiment.latent().size());
    }
    return Nd4j.concat(0, z);
  }

  void train(GanNetworks networks) {
    Network g = networks.generator();
    Network d = networks.discriminator();
    int n = (int) real.size(0);
    for (INDArray draw : z) {
      d.backward(sigmoid(d.forward(real, labels)).subi(experiment.loss().realTarget()));
      INDArray realGradient = d.gradient().dup();
      INDArray shown = g.forward(draw, labels);
      d.backward(sigmoid(d.forward(shown, labels)).subi(experiment.loss().fakeTarget()));
      d.addGradient(realGradient, 1);
      d.update(n);
    }
    INDArray fake = g.forward(z[z.length - 1], labels);
    INDArray epsilon =
        experiment.loss().generator() == LossConfig.Generator.FEATURE_MATCHING
            ? matched(d, fake)
            : d.backward(sigmoid(d.forward(fake, labels)).subi(1));
    g.backward(epsilon.addi(penaltyGradient(fake)));
    g.update(n);
  }

  /** The gradient of n times the mean of the squared differences of the features' means. */
  private INDArray matched(Network d, INDArray fake) {
    INDArray ofReal = d.features(0, real, labels).mean(0);
    INDArray features = d.features(0, fake, labels);
    INDArray each = features.mean(0).sub(ofReal).mul(2.0 / features.size(1));
    return d.backwardFromFeatures(features.like().assign(0).addiRowVector(each));
  }

  private INDArray penaltyGradient(INDArray fake) {
    INDArray gradient = fake.like();
    for (int c = 0; c < centres.length; c++) {
      int[] ofFake = nearest(fake, c);
      int[] ofReal = nearest(real, c);
      if (ofFake.length > 0 && ofReal.length > 0) {
        INDArray rows = fake.getRows(ofFake);
        INDArray penalty = penaltyGradient(rows, real.getRows(ofReal));
        for (int i = 0; i < ofFake.length; i++) {
          gradient.putRow(ofFake[i], penalty.getRow(i));
        }
      }
    }
    return gradient;
  }

  /** The rows that are nearest to a centre. */
  private int[] nearest(INDArray rows, int centre) {
    return IntStream.range(0, (int) rows.size(0))
        .filter(
            i ->
                IntStream.range(0, centres.length)
                    .allMatch(c -> distance(rows, i, centre) <= distance(rows, i, c)))
        .toArray();
  }

  private double distance(INDArray rows, int row, int centre) {
    double sum = 0;
    for (int j = 0; j < centres[centre].length; j++) {
      sum += Math.pow(rows.getDouble(row, j) - centres[centre][j], 2);
    }
    return sum;
  }

  private INDArray penaltyGradient(INDArray fake, INDArray of) {
    MomentPenalty penalty =
        MomentPenalty.of(
            moments(fake),
            moments(of),
            experiment.moments().meanWeight(),
            experiment.moments().varianceWeight());
    INDArray factor = Nd4j.createFromArray(penalty.factor()).castTo(fake.dataType());
    INDArray shift = Nd4j.createFromArray(penalty.shift()).castTo(fake.dataType());
    return fake.mulRowVector(factor).addiRowVector(shift);
  }

  private static Moments moments(INDArray rows) {
    return Moments.of(HostArrays.doubles(rows), (int) rows.size(1));
  }

  private static INDArray sigmoid(INDArray logits) {
    return Nd4j.math().exp(logits.neg()).addi(1).rdivi(1);
  }
}
