package io.momentgan.peer;

import java.io.DataInputStream;
import java.io.IOException;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Losses as one writes them for libtorch.
 *
 * <p>A classifier's K outputs are the logits of K of its K + 1 classes, the last of which has the
 * logit 0: its logit of being real is their logsumexp.
 */
final class TorchLosses {
  private final Settings settings;
  private final Tensor realTargets;
  private final Tensor fakeTargets;
  private final Tensor ones;
  private final Scalar weight;
  private final Scalar classWeight;
  private final Scalar meanWeight;
  private final Scalar varianceWeight;

  /**
   * What the losses are.
   *
   * @param realTarget target of real images
   * @param fakeTarget target of generated ones
   * @param weight of the discriminator's adversarial loss
   * @param classes that a classifier tells; 0 for a discriminator with one output
   * @param classWeight weight of a classifier's loss of the classes
   * @param absolute whether feature matching takes absolute distances rather than squared ones
   * @param meanWeight weight of the penalty on means; 0 with the other for none
   * @param varianceWeight weight of the penalty on variances
   */
  record Settings(
      double realTarget,
      double fakeTarget,
      double weight,
      int classes,
      double classWeight,
      boolean absolute,
      double meanWeight,
      double varianceWeight) {
    static Settings read(DataInputStream in) throws IOException {
      return new Settings(
          in.readDouble(),
          in.readDouble(),
          in.readDouble(),
          in.readInt(),
          in.readDouble(),
          in.readBoolean(),
          in.readDouble(),
          in.readDouble());
    }
  }

  TorchLosses(Settings settings, long batch) {
    this.settings = settings;
    this.realTargets = torch.full(new long[] {batch, 1}, new Scalar(settings.realTarget()));
    this.fakeTargets = torch.full(new long[] {batch, 1}, new Scalar(settings.fakeTarget()));
    this.ones = torch.ones(batch, 1);
    this.weight = new Scalar(settings.weight());
    this.classWeight = new Scalar(settings.classWeight());
    this.meanWeight = new Scalar(settings.meanWeight());
    this.varianceWeight = new Scalar(settings.varianceWeight());
  }

  /** The discriminator's loss for its outputs of a real and a generated batch. */
  Tensor adversarial(Tensor ofReal, Tensor ofFake) {
    Tensor loss =
        torch
            .binary_cross_entropy_with_logits(logits(ofReal), realTargets)
            .add(torch.binary_cross_entropy_with_logits(logits(ofFake), fakeTargets));
    return settings.weight() == 1 ? loss : loss.mul(weight);
  }

  /** A classifier's loss of the classes. */
  Tensor classes(Tensor output, Tensor labels) {
    Tensor loss = torch.cross_entropy_loss(output, labels);
    return settings.classWeight() == 1 ? loss : loss.mul(classWeight);
  }

  /** The non-saturating loss of the generator for the discriminator's outputs. */
  Tensor nonSaturating(Tensor ofFake) {
    return torch.binary_cross_entropy_with_logits(logits(ofFake), ones);
  }

  /** The loss of a generator that matches the means of features. */
  Tensor matching(Tensor ofFake, Tensor ofReal) {
    Tensor differences = rows(ofFake).mean(0).sub(rows(ofReal).mean(0));
    return (settings.absolute() ? differences.abs() : differences.square()).mean();
  }

  /** The loss with the penalty on moments, where it has weight. */
  Tensor penalised(Tensor loss, Tensor fake, Tensor real) {
    if (settings.meanWeight() == 0 && settings.varianceWeight() == 0) {
      return loss;
    }
    Tensor ofFake = rows(fake);
    Tensor ofReal = rows(real);
    long[] batch = {0};
    Tensor means = ofFake.mean(0).sub(ofReal.mean(0)).abs().sum();
    Tensor variances = ofFake.var(batch, false, false).sub(ofReal.var(batch, false, false));
    return loss.add(means.mul(meanWeight).add(variances.abs().sum().mul(varianceWeight)));
  }

  private Tensor logits(Tensor output) {
    return settings.classes() == 0 ? output : torch.logsumexp(output, new long[] {1}, true);
  }

  private static Tensor rows(Tensor images) {
    return images.reshape(images.size(0), -1);
  }
}
