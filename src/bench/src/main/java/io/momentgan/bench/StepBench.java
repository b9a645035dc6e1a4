package io.momentgan.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.config.Experiment;
import io.momentgan.config.Experiment.DeviceConfig;
import io.momentgan.config.LossConfig;
import io.momentgan.config.Seeds;
import io.momentgan.data.ImageShape;
import io.momentgan.device.Device;
import io.momentgan.engine.ArrayRows;
import io.momentgan.engine.Engine;
import io.momentgan.engine.TrainedPair;
import io.momentgan.kernels.HeldValues;
import io.momentgan.kernels.loops.MatrixProducts;
import io.momentgan.moments.RealSide;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.step.Batch;
import io.momentgan.step.GanStep;
import io.momentgan.step.LatentVectors;
import io.momentgan.step.Losses;
import io.momentgan.step.RealBatches;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.layers.convolution.Deconvolution2DLayer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** One worker's iterations on random images, beside what their matrix products alone would cost. */
final class StepBench {
  private static final int SQUARE = 1024;
  private static final int PRODUCTS = 10;

  private final Experiment experiment;
  private final ImageShape shape;
  private final Device device;
  private final GanNetworks networks;
  private final GanStep step;
  private final RealBatches real;
  private long iteration;

  /**
   * Prepares a worker without others.
   *
   * @param experiment the settings
   * @param shape shape of an image
   */
  StepBench(Experiment experiment, ImageShape shape) {
    this.experiment = experiment;
    this.shape = shape;
    Engine engine = Engine.of(experiment.engine());
    engine.require(experiment);
    boolean gpu = engine.gpus() > 0 && experiment.device().use() != DeviceConfig.Use.CPU;
    this.device = engine.bind(gpu ? 0 : -1);
    TrainedPair pair = engine.open(experiment, shape, device);
    this.networks = pair.structure();
    this.step =
        new GanStep(
            experiment,
            pair,
            LocalCollectives.alone(),
            RealSide.UNKNOWN,
            false,
            Optional.empty(),
            new float[0],
            ReplayBuffer.EMPTY);
    Nd4j.getRandom().setSeed(1);
    this.real = batches();
  }

  /** Random images: with fresh batches, for each update of an iteration. */
  private RealBatches batches() {
    int dSteps = experiment.train().dSteps();
    boolean hidesLabels = experiment.labels().perClass() > 0;
    List<Batch> updates = new ArrayList<>();
    for (int i = 0; i < (experiment.train().freshBatches() ? dSteps + 1 : 1); i++) {
      updates.add(batch(!hidesLabels));
    }
    List<Batch> labelled = new ArrayList<>();
    for (int i = 0; i < dSteps && hidesLabels; i++) {
      labelled.add(batch(true));
    }
    return new RealBatches(updates, labelled);
  }

  private Batch batch(boolean withLabels) {
    int rows = experiment.train().batchSize();
    int classes = experiment.labels().classes();
    float black = experiment.generator().output().black();
    return new Batch(
        new ArrayRows(
            Nd4j.rand(DataType.FLOAT, rows, shape.features()).muli(1 - black).addi(black)),
        withLabels && classes > 0
            ? IntStream.range(0, rows).map(i -> i % classes).toArray()
            : new int[0]);
  }

  /** The device that computes. */
  Device device() {
    return device;
  }

  /** Shape of an image. */
  ImageShape shape() {
    return shape;
  }

  /** The networks, which {@link #iterate} changes. */
  GanNetworks networks() {
    return networks;
  }

  /** The real batches of every iteration. */
  RealBatches real() {
    return real;
  }

  /**
   * The z that the next iteration draws: of each of its discriminator updates, and with fresh
   * batches of the generator's, row after row.
   */
  float[] latent() {
    int rows = experiment.train().batchSize();
    int fresh = experiment.train().freshBatches() ? 1 : 0;
    float[][] draws = new float[experiment.train().dSteps() + fresh][];
    for (int draw = 0; draw < draws.length; draw++) {
      long seed = Seeds.of(experiment.train().seed(), Seeds.Use.LATENT, iteration, 0, draw);
      draws[draw] = LatentVectors.draw(experiment.latent(), rows, seed);
    }
    float[] all = new float[draws.length * draws[0].length];
    for (int draw = 0; draw < draws.length; draw++) {
      System.arraycopy(draws[draw], 0, all, draw * draws[0].length, draws[0].length);
    }
    return all;
  }

  /** Makes one iteration and gives its losses. */
  Losses iterate() {
    return step.iterate(real, iteration++);
  }

  /**
   * What an iteration took.
   *
   * @param cpuSeconds of the whole process
   * @param seconds by the clock
   * @param heapBytes allocated on the heap by the worker's thread
   */
  record Cost(double cpuSeconds, double seconds, double heapBytes) {}

  /**
   * Makes iterations.
   *
   * @param iterations how many
   * @return the mean cost of one
   */
  Cost run(int iterations) {
    OperatingSystemMXBean process =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long heap = threads.getCurrentThreadAllocatedBytes();
    long cpu = process.getProcessCpuTime();
    long start = System.nanoTime();
    for (int i = 0; i < iterations; i++) {
      step.iterate(real, iteration++);
    }
    return new Cost(
        (process.getProcessCpuTime() - cpu) / 1e9 / iterations,
        (System.nanoTime() - start) / 1e9 / iterations,
        (double) (threads.getCurrentThreadAllocatedBytes() - heap) / iterations);
  }

  /**
   * Multiply-adds of an iteration's matrix products: per discriminator update D forward and its
   * weights' gradients, both for each batch, and G forward; per generator update D forward and its
   * input's gradient, and G's two gradients. A generator that matches features needs D forward for
   * real images too, as far as the features; with fresh batches G makes one more pass. Of
   * convolutions those by what lies outside an image count too; a second pass of a generator with
   * dropout and penalties on gradients do not.
   */
  double multiplyAdds() {
    boolean matches = experiment.loss().generator() == LossConfig.Generator.FEATURE_MATCHING;
    Network network = networks.discriminator();
    INDArray images = ((ArrayRows) real.updates().get(0).images()).array();
    double g = perImage(networks.generator(), zeros(), networks.generator().model().getnLayers());
    double d = perImage(network, images, network.model().getnLayers());
    double judged =
        matches
            ? 3 * perImage(network, images, network.layersTo(experiment.loss().features().layer()))
            : 2 * d;
    int batches = real.labelled().isEmpty() ? 2 : 3;
    int dSteps = experiment.train().dSteps();
    int gSteps = experiment.train().gSteps();
    int more = gSteps - (experiment.train().freshBatches() ? 0 : 1);
    double all = dSteps * (g + 2 * batches * d) + gSteps * (judged + 2 * g) + more * g;
    return all * experiment.train().batchSize();
  }

  private INDArray zeros() {
    return Nd4j.zeros(DataType.FLOAT, experiment.train().batchSize(), experiment.latent().size());
  }

  /** Multiply-adds of a forward pass through the first layers. */
  private static double perImage(Network network, INDArray input, int layers) {
    network.forward(input);
    List<INDArray> activations = network.model().feedForward(true, false);
    double sum = 0;
    for (int i = 0; i < layers; i++) {
      Layer layer = network.model().getLayer(i);
      INDArray weights = layer.paramTable().get("W");
      if (layer instanceof Deconvolution2DLayer) {
        sum += weights.length() * places(activations.get(i), weights);
      } else if (layer instanceof ConvolutionLayer) {
        sum += weights.length() * places(activations.get(i + 1), weights);
      } else if (weights != null && !(layer.conf().getLayer() instanceof HeldValues)) {
        sum += weights.length();
      }
    }
    return sum;
  }

  /** Maps that come from a dense layer are rows still. */
  private static double places(INDArray maps, INDArray weights) {
    return maps.rank() == 4
        ? (double) maps.size(2) * maps.size(3)
        : (double) maps.size(1) / weights.size(0);
  }

  /** Multiply-adds per second of a large matrix product by the fast kernels, in CPU time. */
  static double productRate() {
    INDArray a = Nd4j.rand(DataType.FLOAT, SQUARE, SQUARE);
    INDArray b = Nd4j.rand(DataType.FLOAT, SQUARE, SQUARE);
    INDArray c = Nd4j.create(DataType.FLOAT, SQUARE, SQUARE);
    OperatingSystemMXBean process =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    double best = 0;
    for (int i = 0; i < 5; i++) {
      long start = process.getProcessCpuTime();
      // The clock ticks every 10 ms on some systems, and a product takes 20.
      for (int product = 0; product < PRODUCTS; product++) {
        MatrixProducts.inUse().multiply(a, b, c);
      }
      double seconds = (process.getProcessCpuTime() - start) / 1e9;
      best = Math.max(best, PRODUCTS * Math.pow(SQUARE, 3) / seconds);
    }
    return best;
  }
}
