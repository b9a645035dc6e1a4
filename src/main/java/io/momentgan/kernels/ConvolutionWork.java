package io.momentgan.kernels;

import io.momentgan.kernels.loops.Channels;
import io.momentgan.kernels.loops.ConvolutionPasses;
import io.momentgan.kernels.loops.HeapActivation;
import io.momentgan.kernels.loops.HeapArrays;
import io.momentgan.kernels.loops.HeapMemory;
import io.momentgan.kernels.loops.Patches;
import io.momentgan.kernels.loops.Pieces;
import io.momentgan.kernels.loops.Reused;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What the working sides of a convolution and of a transposed one have in common. */
final class ConvolutionWork {
  private final boolean transposed;
  private final Reused forward = new Reused();
  private final Reused back = new Reused();
  private final HeapMemory inputMemory = new HeapMemory();
  private final HeapMemory resultMemory = new HeapMemory();
  private final HeapMemory errorMemory = new HeapMemory();
  private final HeapMemory inputErrorMemory = new HeapMemory();
  private ConvolutionPasses passes;
  private Values inputs;
  private Channels outputs;
  private float[] results;
  private HeapActivation function;

  /**
   * None done yet.
   *
   * @param transposed whether it goes from maps to images
   */
  ConvolutionWork(boolean transposed) {
    this.transposed = transposed;
  }

  /**
   * A pass.
   *
   * @param given images, or maps where transposed; they stay as they are until the way back
   * @param patches the convolution
   * @param filters number of its maps
   * @param weights the filters
   * @param bias what is added to each channel of the results
   * @param activation function of the sums
   */
  Values forward(
      Values given,
      Patches patches,
      int filters,
      INDArray weights,
      INDArray bias,
      IActivation activation) {
    inputs = given;
    passes = ConvolutionPasses.of(passes, patches, filters);
    function = HeapActivation.of(activation);
    long n = given.size(0);
    long[] shape =
        transposed
            ? new long[] {n, patches.channels(), patches.height(), patches.width()}
            : new long[] {n, filters, patches.mapHeight(), patches.mapWidth()};
    outputs = Channels.of(shape);
    results = resultMemory.get(outputs.length());
    run(!transposed, inputs.heap(inputMemory), HeapArrays.memory(weights), results);
    outputs.addAndActivate(results, HeapArrays.of(bias), function);
    return Values.of(results, forward, shape);
  }

  /** The gradients by the parameters, after {@link #toErrors}. */
  void gradients(float[] errors, INDArray ofWeights, INDArray ofBias) {
    float[] given = inputs.heap(inputMemory);
    FloatPointer gradient = HeapArrays.memory(ofWeights);
    if (transposed) {
      passes.gradient(errors, given, outputs.count(), gradient);
    } else {
      passes.gradient(given, errors, outputs.count(), gradient);
    }
    Pieces.pointer(ofBias).put(HeapArrays.floats(outputs.sums(errors)));
  }

  /** From errors by what left the layer, which may be changed, to those before the activation. */
  float[] toErrors(Values epsilon) {
    float[] errors = epsilon.heap(errorMemory);
    function.backprop(errors, results, 0, outputs.length());
    return errors;
  }

  /**
   * The errors by what went in, after {@link #toErrors}.
   *
   * @param errors before the activation; null where nobody wants the result, which has any values
   *     then
   * @param weights the filters
   */
  Values toInput(float[] errors, INDArray weights) {
    float[] inputErrors = inputErrorMemory.get(inputs.length());
    if (errors != null) {
      run(transposed, errors, HeapArrays.memory(weights), inputErrors);
    }
    return Values.of(inputErrors, back, inputs.shape());
  }

  private void run(boolean toMaps, float[] from, FloatPointer weights, float[] into) {
    if (toMaps) {
      passes.toMaps(from, outputs.count(), weights, into);
    } else {
      passes.toImages(from, outputs.count(), weights, into);
    }
  }
}
