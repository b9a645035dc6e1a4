package io.momentgan.averaging;

import io.momentgan.config.Experiment;
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
record LargeBatch(Experiment experiment, INDArray real, int[] labels, INDArray z) {
  static LargeBatch of(
      Experiment experiment,
      Round round,
      int workers,
      IntFunction<float[]> realOfRank,
      IntFunction<int[]> labelsOfRank) {
    int size = experiment.train().batchSize();
    INDArray[] real = new INDArray[workers];
    INDArray[] z = new INDArray[workers];
    for (int rank = 0; rank < workers; rank++) {
      float[] rows = realOfRank.apply(rank);
      real[rank] = HostArrays.toArray(rows, size, rows.length / size);
      long seed =
          Seeds.of(experiment.train().seed(), Seeds.Use.LATENT, round.iterationsBefore(), rank, 0);
      float[] latent = LatentVectors.draw(experiment.latent(), size, seed);
      z[rank] = HostArrays.toArray(latent, size, experiment.latent().size());
    }
    int[] labels =
        IntStream.range(0, workers).mapToObj(labelsOfRank).flatMapToInt(Arrays::stream).toArray();
    return new LargeBatch(experiment, Nd4j.concat(0, real), labels, Nd4j.concat(0, z));
  }

  void train(GanNetworks networks) {
    Network g = networks.generator();
    Network d = networks.discriminator();
    int n = (int) real.size(0);
    d.backward(sigmoid(d.forward(real, labels)).subi(experiment.loss().realTarget()));
    INDArray realGradient = d.gradient().dup();
    INDArray fake = g.forward(z, labels);
    d.backward(sigmoid(d.forward(fake, labels)).subi(experiment.loss().fakeTarget()));
    d.addGradient(realGradient);
    d.update(n);
    INDArray epsilon = d.backward(sigmoid(d.forward(fake, labels)).subi(1));
    g.backward(epsilon.addi(penaltyGradient(fake)));
    g.update(n);
  }

  private INDArray penaltyGradient(INDArray fake) {
    MomentPenalty penalty =
        MomentPenalty.of(
            moments(fake),
            moments(real),
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
