package io.momentgan.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** A model in Microsoft's runtime, which knows nothing of this project. */
public final class OnnxRuntime implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  /** Opens the bytes of a model's file. */
  public OnnxRuntime(byte[] model) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      session = environment.createSession(model, options);
    }
  }

  /**
   * Runs the model.
   *
   * @param rows input, row after row
   * @param classes class of each row; not given to a model without labels
   * @return the outputs by name, row after row
   */
  public Map<String, float[]> run(float[] rows, int[] classes) throws OrtException {
    long n = classes.length;
    Map<String, OnnxTensor> inputs = new HashMap<>();
    for (Map.Entry<String, NodeInfo> input : session.getInputInfo().entrySet()) {
      boolean labels = input.getKey().equals("labels");
      long[] shape = shape(input.getValue()).clone();
      shape[0] = n;
      long[] given = IntStream.of(classes).asLongStream().toArray();
      inputs.put(
          input.getKey(),
          labels
              ? OnnxTensor.createTensor(environment, LongBuffer.wrap(given), shape)
              : OnnxTensor.createTensor(environment, FloatBuffer.wrap(rows), shape));
    }
    Map<String, float[]> outputs = new HashMap<>();
    try (OrtSession.Result result = session.run(inputs)) {
      result.forEach(each -> outputs.put(each.getKey(), values((OnnxTensor) each.getValue(), n)));
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
    return outputs;
  }

  private static float[] values(OnnxTensor tensor, long n) {
    if (tensor.getInfo().getShape()[0] != n) {
      throw new IllegalStateException("Found rows " + tensor.getInfo() + ", expected " + n);
    }
    FloatBuffer buffer = tensor.getFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  /** Inputs and outputs with their declared shapes, such as "z [-1, 3]". */
  public String signature() throws OrtException {
    return text(session.getInputInfo()) + " -> " + text(session.getOutputInfo());
  }

  private static String text(Map<String, NodeInfo> values) {
    StringBuilder text = new StringBuilder();
    values.forEach(
        (name, info) ->
            text.append(text.isEmpty() ? "" : ", ")
                .append(name)
                .append(Arrays.toString(shape(info))));
    return text.toString();
  }

  private static long[] shape(NodeInfo info) {
    return ((TensorInfo) info.getInfo()).getShape();
  }

  /** An entry of the model's metadata. */
  public Optional<String> metadata(String key) throws OrtException {
    return Optional.ofNullable(session.getMetadata().getCustomMetadata().get(key));
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
