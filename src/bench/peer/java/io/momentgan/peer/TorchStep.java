package io.momentgan.peer;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Iterations as one writes them for libtorch: the discriminator on a real and a generated batch,
 * for a classifier on a labelled one too, then the generator through the discriminator, whose own
 * gradients are switched off meanwhile. The generated batch of the discriminator's update serves
 * the generator's too, unless each update has fresh ones.
 */
final class TorchStep {
  private final TorchNetwork generator;
  private final TorchNetwork discriminator;
  private final Batches batches;
  private final Settings settings;
  private final TorchLosses losses;

  /**
   * What an iteration is.
   *
   * @param batch images of a batch
   * @param latent values of a z
   * @param low least value of a z
   * @param high bound of the values of a z
   * @param dSteps discriminator updates
   * @param gSteps generator updates
   * @param fresh whether the generator's updates have a z and a real batch of their own
   * @param features operations up to the discriminator's features that a generator matches; 0 for
   *     the non-saturating loss
   */
  record Settings(
      int batch,
      int latent,
      double low,
      double high,
      int dSteps,
      int gSteps,
      boolean fresh,
      int features) {
    static Settings read(DataInputStream in) throws IOException {
      return new Settings(
          in.readInt(),
          in.readInt(),
          in.readDouble(),
          in.readDouble(),
          in.readInt(),
          in.readInt(),
          in.readBoolean(),
          in.readInt());
    }

    /** Number of z of an iteration. */
    int draws() {
      return fresh ? dSteps + 1 : dSteps;
    }
  }

  /**
   * The images of each iteration.
   *
   * @param real a batch for each discriminator update and one for the generator; or one for all
   * @param labelled a batch for each discriminator update that a classifier learns classes from; or
   *     none
   * @param labels the classes of each labelled batch, or, without any, of each real one; none for a
   *     discriminator with one output
   */
  record Batches(List<Tensor> real, List<Tensor> labelled, List<Tensor> labels) {
    static Batches read(DataInputStream in, int size) throws IOException {
      List<Tensor> real = batches(in, size);
      List<Tensor> labelled = batches(in, size);
      List<Tensor> labels = new ArrayList<>();
      for (Tensor each : batches(in, size)) {
        labels.add(each.reshape(size).to(torch.ScalarType.Long));
      }
      return new Batches(real, labelled, labels);
    }

    private static List<Tensor> batches(DataInputStream in, int size) throws IOException {
      int count = in.readInt();
      List<Tensor> batches = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        float[] values = Floats.read(in);
        batches.add(Floats.tensor(values, size, values.length / size));
      }
      return batches;
    }

    Tensor ofDiscriminator(int update) {
      return real.get(Math.min(update, Math.max(0, real.size() - 2)));
    }

    Tensor ofGenerator() {
      return real.get(real.size() - 1);
    }
  }

  /**
   * The losses of an iteration.
   *
   * @param discriminator of the last update's
   * @param generator of the last update's, with the penalty
   */
  record Losses(double discriminator, double generator) {}

  TorchStep(
      TorchNetwork generator,
      TorchNetwork discriminator,
      Batches batches,
      Settings settings,
      TorchLosses losses) {
    this.generator = generator;
    this.discriminator = discriminator;
    this.batches = batches;
    this.settings = settings;
    this.losses = losses;
  }

  /** An iteration with newly drawn z. */
  Losses iterate() {
    PointerScope scope = new PointerScope();
    try {
      Tensor[] z = new Tensor[settings.draws()];
      for (int i = 0; i < z.length; i++) {
        z[i] =
            torch
                .empty(settings.batch(), settings.latent())
                .uniform_(settings.low(), settings.high(), null);
      }
      return step(z);
    } finally {
      scope.close();
    }
  }

  /**
   * An iteration with given z.
   *
   * @param values of each discriminator update's z, of which the last serves the generator's
   *     updates too, unless these have one of their own after them
   */
  Losses iterate(float[] values) {
    PointerScope scope = new PointerScope();
    try {
      Tensor all = Floats.tensor(values, settings.draws(), settings.batch(), settings.latent());
      Tensor[] z = new Tensor[settings.draws()];
      for (int i = 0; i < z.length; i++) {
        z[i] = all.select(0, i);
      }
      return step(z);
    } finally {
      scope.close();
    }
  }

  private Losses step(Tensor[] z) {
    generator.normalise();
    Tensor fake = null;
    Tensor d = null;
    for (int i = 0; i < settings.dSteps(); i++) {
      Tensor own = z[i];
      fake =
          settings.fresh()
              ? TorchNetwork.withoutGradients(() -> generator.forward(own))
              : generator.forward(own);
      discriminator.zeroGradients();
      discriminator.normalise();
      d = discriminatorLoss(i, fake.detach());
      d.backward();
      discriminator.update();
    }
    discriminator.requireGradients(false);
    discriminator.normalise();
    Tensor g = null;
    for (int i = 0; i < settings.gSteps(); i++) {
      if (i > 0) {
        generator.normalise();
      }
      Tensor images = i == 0 && !settings.fresh() ? fake : generator.forward(z[z.length - 1]);
      generator.zeroGradients();
      g = losses.penalised(generatorLoss(images), images, batches.ofGenerator());
      g.backward();
      generator.update();
    }
    discriminator.requireGradients(true);
    return new Losses(d.item_double(), g.item_double());
  }

  private Tensor discriminatorLoss(int update, Tensor fake) {
    List<Tensor> shown = new ArrayList<>(List.of(batches.ofDiscriminator(update), fake));
    if (!batches.labelled().isEmpty()) {
      shown.add(batches.labelled().get(update));
    }
    List<Tensor> outputs = outputs(shown);
    Tensor loss = losses.adversarial(outputs.get(0), outputs.get(1));
    if (batches.labels().isEmpty()) {
      return loss;
    }
    Tensor taught = batches.labelled().isEmpty() ? outputs.get(0) : outputs.get(2);
    return loss.add(losses.classes(taught, batches.labels().get(update)));
  }

  /** The discriminator's outputs for batches: in one pass where they do not mix. */
  private List<Tensor> outputs(List<Tensor> shown) {
    if (!discriminator.isRowByRow()) {
      return shown.stream().map(discriminator::forward).toList();
    }
    Tensor all =
        discriminator.forward(torch.cat(new TensorVector(shown.toArray(Tensor[]::new)), 0));
    List<Tensor> outputs = new ArrayList<>();
    for (int i = 0; i < shown.size(); i++) {
      outputs.add(all.narrow(0, (long) i * settings.batch(), settings.batch()));
    }
    return outputs;
  }

  private Tensor generatorLoss(Tensor images) {
    int features = settings.features();
    if (features == 0) {
      return losses.nonSaturating(discriminator.forward(images));
    }
    Tensor ofReal =
        TorchNetwork.withoutGradients(
            () -> discriminator.features(batches.ofGenerator(), features));
    return losses.matching(discriminator.features(images, features), ofReal);
  }
}
