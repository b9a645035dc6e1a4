package io.momentgan.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.nd4j.shade.protobuf.ByteString;

/**
 * An ONNX graph that grows node by node, over rows in any number: the first dimension "n" of each
 * input and output.
 */
final class OnnxGraph {
  /** The oldest whose operators all exist here, which the most programs read. */
  private static final int OPSET = 13;

  /** The format that came with that set of operators. */
  private static final int IR_VERSION = 7;

  private final GraphProto.Builder graph = GraphProto.newBuilder();

  OnnxGraph(String name) {
    graph.setName(name);
  }

  /**
   * Adds an input.
   *
   * @param row shape of a row
   */
  void input(String name, TensorProto.DataType type, long... row) {
    graph.addInput(value(name, type, row));
  }

  /**
   * Makes the result of a node an output of floats.
   *
   * @param result what {@link #node} returned; no other node may use it
   * @param row shape of a row
   */
  void output(String name, String result, long... row) {
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      if (node.getOutput(0).equals(result)) {
        node.setOutput(0, name);
      }
    }
    graph.addOutput(value(name, TensorProto.DataType.FLOAT, row));
  }

  private static ValueInfoProto value(String name, TensorProto.DataType type, long... row) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDimBuilder().setDimParam("n");
    for (long size : row) {
      shape.addDimBuilder().setDimValue(size);
    }
    TypeProto.Builder tensor = TypeProto.newBuilder();
    tensor.getTensorTypeBuilder().setElemType(type.getNumber()).setShape(shape);
    return ValueInfoProto.newBuilder().setName(name).setType(tensor).build();
  }

  /**
   * Adds a node.
   *
   * @param operator of ONNX, such as "Gemm"
   * @param inputs names of its inputs
   * @return name of its result
   */
  String node(String operator, List<String> inputs, AttributeProto... attributes) {
    String result = "%s_%d".formatted(operator.toLowerCase(Locale.ROOT), graph.getNodeCount());
    graph
        .addNodeBuilder()
        .setName(result)
        .setOpType(operator)
        .addAllInput(inputs)
        .addOutput(result)
        .addAllAttribute(List.of(attributes));
    return result;
  }

  /** Adds a constant of floats and returns its name. */
  String constant(float[] values, long... shape) {
    ByteBuffer bytes = littleEndian(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return constant(TensorProto.DataType.FLOAT, bytes, shape);
  }

  /** Adds a constant of one float and returns its name. */
  String constant(double value) {
    return constant(new float[] {(float) value});
  }

  /** Adds a vector of integers, such as a shape or axes, and returns its name. */
  String integers(long... values) {
    ByteBuffer bytes = littleEndian(values.length * Long.BYTES);
    bytes.asLongBuffer().put(values);
    return constant(TensorProto.DataType.INT64, bytes, values.length);
  }

  private static ByteBuffer littleEndian(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private String constant(TensorProto.DataType type, ByteBuffer bytes, long... shape) {
    String name = "constant_" + graph.getInitializerCount();
    TensorProto.Builder tensor =
        graph
            .addInitializerBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .setRawData(ByteString.copyFrom(bytes));
    for (long size : shape) {
      tensor.addDims(size);
    }
    return name;
  }

  static AttributeProto integer(String name, long value) {
    return attribute(name, AttributeProto.AttributeType.INT).setI(value).build();
  }

  static AttributeProto integers(String name, long... values) {
    AttributeProto.Builder attribute = attribute(name, AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  static AttributeProto number(String name, double value) {
    return attribute(name, AttributeProto.AttributeType.FLOAT).setF((float) value).build();
  }

  static AttributeProto text(String name, String value) {
    return attribute(name, AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  private static AttributeProto.Builder attribute(String name, AttributeProto.AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }

  /**
   * Returns the bytes of the model's file.
   *
   * @param metadata of the model
   */
  byte[] model(Map<String, String> metadata) {
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("MomentGAN")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
            .setGraph(graph);
    metadata.forEach(
        (key, value) ->
            model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return model.build().toByteArray();
  }
}
