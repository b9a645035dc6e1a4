package io.momentgan.bench;

import io.momentgan.config.Experiment;
import io.momentgan.config.Experiment.Kernels;
import io.momentgan.config.ExperimentReader;
import io.momentgan.data.ImageShape;
import io.momentgan.device.BlasCore;
import io.momentgan.kernels.VectorAdam;
import io.momentgan.kernels.elements.VectorTanh;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.Adam;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Single kernels on batches of 100, fast and stock: {@code submit/bench jmh KernelsBenchmark}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class KernelsBenchmark {
  private static final int BATCH = 100;
  private static final int PARAMETERS = 114_064;

  /** Whose kernels. */
  @Param({"FAST", "STOCK"})
  public Kernels kernels;

  private INDArray images;
  private INDArray errors;
  private INDArray logits;
  private IActivation tanh;
  private GradientUpdater<?> adam;
  private INDArray gradient;
  private Network dense;
  private Network convolution;

  /** Draws what the kernels work on. */
  @Setup
  public void prepare() {
    BlasCore.choose();
    images = Nd4j.rand(DataType.FLOAT, BATCH, 784).muli(2).subi(1);
    errors = Nd4j.rand(DataType.FLOAT, BATCH, 784);
    logits = Nd4j.rand(DataType.FLOAT, BATCH, 1);
    gradient = Nd4j.rand(DataType.FLOAT, PARAMETERS);
    boolean fast = kernels == Kernels.FAST;
    tanh = fast ? new VectorTanh() : new ActivationTanH();
    Adam config = fast ? new VectorAdam(0.001, 0.9, 0.999, 1e-8, false) : new Adam(0.001);
    adam = config.instantiate(Nd4j.create(DataType.FLOAT, 1, 2 * PARAMETERS), true);
    dense = discriminator("{type: dense, units: 128}");
    convolution =
        discriminator(
            "{type: convolution, filters: 32}, {type: convolution, filters: 64, batch-norm: true}");
  }

  private Network discriminator(String layers) {
    String yaml =
        """
        name: kernels
        kernels: %s
        generator: {layers: []}
        discriminator: {layers: [%s]}
        """
            .formatted(kernels.name().toLowerCase(Locale.ROOT), layers);
    Experiment experiment = ExperimentReader.read(yaml, "kernels", List.of());
    return GanNetworks.build(experiment, new ImageShape(1, 28, 28), DataType.FLOAT).discriminator();
  }

  /** The hyperbolic tangent of 78 400 values. */
  @Benchmark
  public INDArray tanh() {
    return tanh.getActivation(images, true);
  }

  /** Its backward pass. */
  @Benchmark
  public INDArray tanhBack() {
    return tanh.backprop(images, errors).getFirst();
  }

  /** An update of 114 064 parameters. */
  @Benchmark
  public INDArray adam() {
    adam.applyUpdater(gradient, 1, 0);
    return gradient;
  }

  /** A dense discriminator of 128 units, forward and backward pass. */
  @Benchmark
  public INDArray dense() {
    dense.forward(images);
    return dense.backward(logits);
  }

  /** A discriminator of two convolutions with batch normalisation, forward and backward pass. */
  @Benchmark
  public INDArray convolutions() {
    convolution.forward(images);
    return convolution.backward(logits);
  }
}
