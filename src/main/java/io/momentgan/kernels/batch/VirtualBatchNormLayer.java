package io.momentgan.kernels.batch;

import io.momentgan.kernels.FastLayer;
import io.momentgan.kernels.Tensor;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.kernels.loops.ReusedMemory;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.buffer.DataType;

/** Runs a {@link VirtualBatchNorm}. */
final class VirtualBatchNormLayer extends FastLayer<VirtualBatchNorm> {
  private static final long serialVersionUID = 1L;

  private final transient ReusedMemory inputMemory = new ReusedMemory();
  private final transient ReusedMemory outputMemory = new ReusedMemory();
  private final transient ReusedMemory errorMemory = new ReusedMemory();
  private final transient ReusedMemory inputErrorMemory = new ReusedMemory();
  private transient ChannelRows inputs;
  private transient ChannelMoments ofReference;

  VirtualBatchNormLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  private int reference() {
    return layerConf().reference();
  }

  @Override
  public Tensor forward(Tensor input) {
    inputs = ChannelRows.of(input, dataType, inputMemory);
    if (inputs.count() <= reference()) {
      throw new IllegalArgumentException(
          "Invalid input: %d rows (must be more than the reference batch of %d)"
              .formatted(inputs.count(), reference()));
    }
    int gone = layerConf().last() ? reference() : 0;
    ChannelRows outputs =
        ChannelRows.of(inputs.shapeOf(inputs.count() - gone), dataType, outputMemory);
    double[] gamma = HostArrays.doubles(getParam(VirtualBatchNorm.GAMMA));
    double[] beta = HostArrays.doubles(getParam(VirtualBatchNorm.BETA));
    double[] x = inputs.row();
    ofReference = new ChannelMoments(inputs.channels(), layerConf().epsilon());
    for (int row = 0; row < reference(); row++) {
      inputs.read(row, x);
      ofReference.add(x, 1.0 / ((double) reference() * inputs.plane()));
    }
    ofReference.complete();
    for (int row = gone; row < inputs.count(); row++) {
      inputs.read(row, x);
      ChannelMoments moments = row < reference() ? ofReference : momentsOf(x);
      for (int c = 0; c < gamma.length; c++) {
        moments.normalise(x, c, gamma[c], beta[c]);
      }
      outputs.write(row - gone, x);
    }
    return outputs.tensor(outputMemory);
  }

  /** Computes the moments of a row and the reference batch. */
  private ChannelMoments momentsOf(double[] x) {
    ChannelMoments moments = new ChannelMoments(inputs.channels(), layerConf().epsilon());
    moments.add(x, share() / inputs.plane());
    moments.add(ofReference, 1 - share());
    moments.complete();
    return moments;
  }

  /** A row's share of the moments that normalise it. */
  private double share() {
    return 1.0 / (reference() + 1);
  }

  @Override
  public Tensor backward(Tensor epsilon) {
    ChannelRows errors = ChannelRows.of(epsilon, dataType, errorMemory);
    int gone = layerConf().last() ? reference() : 0;
    ChannelRows inputErrors =
        ChannelRows.of(inputs.shapeOf(inputs.count()), dataType, inputErrorMemory);
    double[] gamma = HostArrays.doubles(getParam(VirtualBatchNorm.GAMMA));
    MomentErrors all = new MomentErrors(gamma);
    double[] x = inputs.row();
    double[] e = inputs.row();
    for (int row = reference(); row < inputs.count(); row++) {
      inputs.read(row, x);
      errors.read(row - gone, e);
      ChannelMoments moments = momentsOf(x);
      MomentErrors own = new MomentErrors(gamma);
      own.add(x, e, moments);
      own.complete(moments);
      all.addParameters(own);
      all.addMoments(own, 1 - share());
      own.toInput(x, e, moments, share() / inputs.plane());
      inputErrors.write(row, e);
    }
    passReference(errors, inputErrors, all);
    gradientViews
        .get(VirtualBatchNorm.GAMMA)
        .assign(HostArrays.toArray(dataType, all.gamma(), 1, gamma.length));
    gradientViews
        .get(VirtualBatchNorm.BETA)
        .assign(HostArrays.toArray(dataType, all.beta(), 1, gamma.length));
    return inputErrors.tensor(inputErrorMemory);
  }

  /** Backpropagates to the reference batch, whose moments matter to all rows. */
  private void passReference(ChannelRows errors, ChannelRows inputErrors, MomentErrors all) {
    boolean last = layerConf().last();
    double[] x = inputs.row();
    double[] e = inputs.row();
    MomentErrors own = all.likewise();
    for (int row = 0; row < reference() && !last; row++) {
      inputs.read(row, x);
      errors.read(row, e);
      own.add(x, e, ofReference);
    }
    own.complete(ofReference);
    all.addParameters(own);
    all.addMoments(own, 1);
    double each = 1.0 / ((double) reference() * inputs.plane());
    for (int row = 0; row < reference(); row++) {
      inputs.read(row, x);
      if (last) {
        Arrays.fill(e, 0);
      } else {
        errors.read(row, e);
      }
      all.toInput(x, e, ofReference, each);
      inputErrors.write(row, e);
    }
  }
}
