package io.momentgan.kernels.batch;

import io.momentgan.kernels.FastLayer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** A layer with parameters of its own shapes and initial values. */
abstract class BatchLayer extends FeedForwardLayer {
  private static final long serialVersionUID = 1L;

  BatchLayer() {
    setActivationFn(Activation.IDENTITY.getActivationFunction());
  }

  /** Returns the shapes of the parameters by name, in the order of the flat vector. */
  abstract Map<String, long[]> shapes();

  /** Gives a parameter its initial values. */
  abstract void begin(String name, INDArray parameter);

  /** Makes the layer that runs this one. */
  abstract Layer runs(NeuralNetConfiguration conf, DataType dataType);

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray paramsView,
      boolean initialise,
      DataType dataType) {
    return FastLayer.initialise(
        runs(conf, dataType), conf, listeners, index, paramsView, initialise);
  }

  @Override
  public ParamInitializer initializer() {
    return Parameters.IN_ORDER;
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    long count = initializer().numParams(this);
    return new LayerMemoryReport.Builder(
            getLayerName(), getClass(), inputType, getOutputType(-1, inputType))
        .standardMemory(count, count == 0 ? 0 : getIUpdater().stateSize(count))
        .workingMemory(0, 0, 0, 0)
        .cacheMemory(0, 0)
        .build();
  }

  /** Lays out the parameters one after the other. */
  private enum Parameters implements ParamInitializer {
    IN_ORDER;

    @Override
    public long numParams(NeuralNetConfiguration conf) {
      return numParams(conf.getLayer());
    }

    @Override
    public long numParams(org.deeplearning4j.nn.conf.layers.Layer layer) {
      return shapes(layer).values().stream().mapToLong(Parameters::length).sum();
    }

    @Override
    public List<String> paramKeys(org.deeplearning4j.nn.conf.layers.Layer layer) {
      return new ArrayList<>(shapes(layer).keySet());
    }

    @Override
    public List<String> weightKeys(org.deeplearning4j.nn.conf.layers.Layer layer) {
      return paramKeys(layer);
    }

    @Override
    public List<String> biasKeys(org.deeplearning4j.nn.conf.layers.Layer layer) {
      return List.of();
    }

    @Override
    public boolean isWeightParam(org.deeplearning4j.nn.conf.layers.Layer layer, String key) {
      return true;
    }

    @Override
    public boolean isBiasParam(org.deeplearning4j.nn.conf.layers.Layer layer, String key) {
      return false;
    }

    @Override
    public Map<String, INDArray> init(
        NeuralNetConfiguration conf, INDArray paramsView, boolean initialise) {
      Map<String, INDArray> views = getGradientsFromFlattened(conf, paramsView);
      views.keySet().forEach(conf::addVariable);
      if (initialise) {
        views.forEach(((BatchLayer) conf.getLayer())::begin);
      }
      return views;
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(
        NeuralNetConfiguration conf, INDArray flat) {
      INDArray vector = flat.reshape(flat.length());
      Map<String, INDArray> views = new LinkedHashMap<>();
      long at = 0;
      for (Map.Entry<String, long[]> each : shapes(conf.getLayer()).entrySet()) {
        long to = at + length(each.getValue());
        INDArray view = vector.get(NDArrayIndex.interval(at, to));
        views.put(each.getKey(), view.reshape('c', each.getValue()));
        at = to;
      }
      return views;
    }

    private static Map<String, long[]> shapes(org.deeplearning4j.nn.conf.layers.Layer layer) {
      return ((BatchLayer) layer).shapes();
    }

    private static long length(long[] shape) {
      long length = 1;
      for (long size : shape) {
        length *= size;
      }
      return length;
    }
  }
}
