package io.momentgan.kernels.batch;

import io.momentgan.kernels.FastLayer;
import io.momentgan.kernels.Tensor;
import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.Distribution;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * Puts a fixed reference batch before the rows of each batch: rows [n, f] become [reference + n,
 * f]. The last {@link VirtualBatchNorm} of the network takes it off again. Its rows are parameters
 * "W" that are never trained, so that they travel with the network.
 */
public final class VirtualBatch extends BatchLayer {
  private static final long serialVersionUID = 1L;

  private static final String ROWS = "W";

  /** For Deeplearning4j's JSON. */
  public VirtualBatch() {}

  /**
   * Defines a layer.
   *
   * @param inputs number of inputs
   * @param reference rows of the reference batch
   * @param distribution of their values
   */
  public VirtualBatch(long inputs, int reference, Distribution distribution) {
    setNIn(inputs);
    setNOut(reference);
    setWeightInitFn(new WeightInitDistribution(distribution));
    setIUpdater(new NoOp()); // has no state
  }

  /** Counts the rows of the reference batch that a network puts before its input. */
  public static int rows(MultiLayerNetwork network) {
    return Arrays.stream(network.getLayers())
        .map(layer -> layer.conf().getLayer())
        .filter(VirtualBatch.class::isInstance)
        .mapToInt(layer -> (int) ((VirtualBatch) layer).getNOut())
        .sum();
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return inputType;
  }

  @Override
  Map<String, long[]> shapes() {
    return Map.of(ROWS, new long[] {getNOut(), getNIn()});
  }

  @Override
  void begin(String name, INDArray parameter) {
    getWeightInitFn()
        .init(
            (double) getNIn(),
            (double) getNOut(),
            parameter.shape(),
            'c',
            parameter.reshape(parameter.length()));
  }

  @Override
  Layer runs(NeuralNetConfiguration conf, DataType dataType) {
    return new Before(conf, dataType);
  }

  private static final class Before extends FastLayer<VirtualBatch> {
    private static final long serialVersionUID = 1L;

    Before(NeuralNetConfiguration conf, DataType dataType) {
      super(conf, dataType);
    }

    @Override
    @SuppressWarnings("try") // the scope is closed, and needs no name
    public Tensor forward(Tensor input) {
      try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
        return Tensor.of(Nd4j.concat(0, getParam(ROWS), input.array()));
      }
    }

    @Override
    public Tensor backward(Tensor errors) {
      gradientViews.get(ROWS).assign(0);
      INDArray all = errors.array();
      long reference = layerConf().getNOut();
      return Tensor.of(all.get(NDArrayIndex.interval(reference, all.size(0))).dup('c'));
    }
  }
}
