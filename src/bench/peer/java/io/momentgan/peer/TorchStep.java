package io.momentgan.peer;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Iterations as one writes them for libtorch: the discriminator on a real and a generated batch,
 * then the generator through the discriminator, whose own gradients are switched off meanwhile. The
 * generated batch of the discriminator's update serves the generator's too.
 */
final class TorchStep {
  private final TorchNetwork generator;
  private final TorchNetwork discriminator;
  private final Tensor real;
  private final Settings settings;
  private final Tensor realTargets;
  private final Tensor fakeTargets;
  private final Tensor ones;
  private final Scalar meanWeight;
  private final Scalar varianceWeight;

  /**
   * What an iteration is.
   *
   * @param batch images of a batch
   * @param latent values of a z
   * @param dSteps discriminator updates
   * @param gSteps generator updates
   * @param realTarget target of real images
   * @param fakeTarget target of generated ones
   * @param meanWeight weight of the penalty on means; 0 with the other for none
   * @param varianceWeight weight of the penalty on variances
   */
  record Settings(
      int batch,
      int latent,
      int dSteps,
      int gSteps,
      double realTarget,
      double fakeTarget,
      double meanWeight,
      double varianceWeight) {}

  /**
   * The losses of an iteration.
   *
   * @param discriminator of the last update's
   * @param generator of the last update's, with the penalty
   */
  record Losses(double discriminator, double generator) {}

  TorchStep(TorchNetwork generator, TorchNetwork discriminator, Tensor real, Settings settings) {
    this.generator = generator;
    this.discriminator = discriminator;
    this.real = real;
    this.settings = settings;
    this.realTargets = torch.full(new long[] {settings.batch(), 1}, scalar(settings.realTarget()));
    this.fakeTargets = torch.full(new long[] {settings.batch(), 1}, scalar(settings.fakeTarget()));
    this.ones = torch.ones(settings.batch(), 1);
    this.meanWeight = scalar(settings.meanWeight());
    this.varianceWeight = scalar(settings.varianceWeight());
  }

  /** An iteration with newly drawn z. */
  Losses iterate() {
    PointerScope scope = new PointerScope();
    try {
      Tensor[] z = new Tensor[settings.dSteps()];
      for (int i = 0; i < z.length; i++) {
        z[i] = torch.empty(settings.batch(), settings.latent()).uniform_(-1, 1, null);
      }
      return step(z);
    } finally {
      scope.close();
    }
  }

  /**
   * An iteration with given z.
   *
   * @param values of each discriminator update's z; the last serves the generator's updates too
   */
  Losses iterate(float[] values) {
    PointerScope scope = new PointerScope();
    try {
      Tensor all = Floats.tensor(values, settings.dSteps(), settings.batch(), settings.latent());
      Tensor[] z = new Tensor[settings.dSteps()];
      for (int i = 0; i < z.length; i++) {
        z[i] = all.select(0, i);
      }
      return step(z);
    } finally {
      scope.close();
    }
  }

  private Losses step(Tensor[] z) {
    Tensor fake = null;
    Tensor d = null;
    for (Tensor each : z) {
      fake = generator.forward(each);
      discriminator.zeroGradients();
      d = discriminatorLoss(fake.detach());
      d.backward();
      discriminator.update();
    }
    discriminator.requireGradients(false);
    Tensor g = null;
    for (int i = 0; i < settings.gSteps(); i++) {
      Tensor images = i == 0 ? fake : generator.forward(z[z.length - 1]);
      generator.zeroGradients();
      g = torch.binary_cross_entropy_with_logits(discriminator.forward(images), ones);
      if (settings.meanWeight() > 0 || settings.varianceWeight() > 0) {
        g = g.add(penalty(images.reshape(settings.batch(), -1)));
      }
      g.backward();
      generator.update();
    }
    discriminator.requireGradients(true);
    return new Losses(d.item_double(), g.item_double());
  }

  /** Both batches in one pass where they do not mix. */
  private Tensor discriminatorLoss(Tensor fake) {
    Tensor ofReal;
    Tensor ofFake;
    if (discriminator.isRowByRow()) {
      Tensor both = discriminator.forward(torch.cat(new TensorVector(real, fake), 0));
      ofReal = both.narrow(0, 0, settings.batch());
      ofFake = both.narrow(0, settings.batch(), settings.batch());
    } else {
      ofReal = discriminator.forward(real);
      ofFake = discriminator.forward(fake);
    }
    return torch
        .binary_cross_entropy_with_logits(ofReal, realTargets)
        .add(torch.binary_cross_entropy_with_logits(ofFake, fakeTargets));
  }

  private Tensor penalty(Tensor fake) {
    Tensor rows = real.reshape(settings.batch(), -1);
    Tensor means = fake.mean(0).sub(rows.mean(0)).abs().sum();
    long[] batch = {0};
    Tensor variances = fake.var(batch, false, false).sub(rows.var(batch, false, false)).abs().sum();
    return means.mul(meanWeight).add(variances.mul(varianceWeight));
  }

  private static Scalar scalar(double value) {
    return new Scalar(value);
  }
}
