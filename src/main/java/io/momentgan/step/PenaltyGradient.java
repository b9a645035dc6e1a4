package io.momentgan.step;

import io.momentgan.config.MomentsConfig;
import io.momentgan.engine.Rows;
import io.momentgan.moments.Comparison;
import io.momentgan.moments.MomentPenalty;
import io.momentgan.step.MomentExchange.Exchanged;
import java.util.List;

/** The moment penalty's part of the generator's loss and of its gradient with respect to images. */
record PenaltyGradient(MomentsConfig config) {
  /** The penalty; 0 where moments are not compared. */
  double value(Exchanged exchanged) {
    return exchanged.comparison().map(c -> c.value(penalties(c))).orElse(0.0);
  }

  /** Adds the gradient of the summed penalty at generated images [n, features] to epsilon. */
  void addGradient(Rows epsilon, Rows fake, Exchanged exchanged) {
    if (!config.penalised() || exchanged.comparison().isEmpty()) {
      return;
    }
    List<MomentPenalty> penalties = penalties(exchanged.comparison().get());
    if (penalties.size() == 1) {
      epsilon.addAffine(fake, penalties.get(0).factor(), penalties.get(0).shift());
    } else {
      epsilon.add(ofClusters(penalties, exchanged.clusters(), fake.doubles()));
    }
  }

  /** Each image by the penalty of its cluster. */
  private static double[] ofClusters(
      List<MomentPenalty> penalties, int[] clusters, double[] images) {
    int features = images.length / clusters.length;
    double[] gradient = new double[images.length];
    for (int i = 0; i < clusters.length; i++) {
      MomentPenalty penalty = penalties.get(clusters[i]);
      for (int j = 0; j < features; j++) {
        int at = i * features + j;
        gradient[at] = penalty.shift()[j] + penalty.factor()[j] * images[at];
      }
    }
    return gradient;
  }

  private List<MomentPenalty> penalties(Comparison comparison) {
    return comparison.penalties(config.meanWeight(), config.varianceWeight());
  }
}
