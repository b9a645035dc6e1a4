package io.momentgan.onnx;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import onnx.Onnx.AttributeProto;

/**
 * The rows between two layers of a network: vectors [n, channels] or images [n, channels, height,
 * width] in a graph.
 */
final class GraphRows {
  private final OnnxGraph graph;
  private String name;
  private long[] shape;

  /**
   * Begins with an input.
   *
   * @param name of the input
   * @param row shape of a row
   */
  GraphRows(OnnxGraph graph, String name, long... row) {
    this.graph = graph;
    this.name = name;
    this.shape = row;
  }

  OnnxGraph graph() {
    return graph;
  }

  /** Returns the name that nodes take these rows by. */
  String name() {
    return name;
  }

  boolean areImages() {
    return shape.length > 1;
  }

  long channels() {
    return shape[0];
  }

  long height() {
    return shape[1];
  }

  long width() {
    return shape[2];
  }

  /**
   * Goes on with the result of a node.
   *
   * @param row shape of a row
   */
  void become(String result, long... row) {
    name = result;
    shape = row;
  }

  /** Goes on with the result of a node that keeps the shape. */
  void replace(String result) {
    name = result;
  }

  /** Applies an operator that keeps the shape. */
  void apply(String operator, AttributeProto... attributes) {
    replace(graph.node(operator, List.of(name), attributes));
  }

  /** Gives each row another shape, in the same order of values. */
  void reshape(long... row) {
    if (!Arrays.equals(shape, row)) {
      long[] all = LongStream.concat(LongStream.of(0), LongStream.of(row)).toArray(); // 0: keeps n
      become(graph.node("Reshape", List.of(name, graph.integers(all))), row);
    }
  }

  /** Makes vectors of images. */
  void flatten() {
    if (areImages()) {
      become(graph.node("Flatten", List.of(name)), channels() * height() * width());
    }
  }

  /**
   * Appends channels.
   *
   * @param more name of rows of the same height and width
   * @param count of their channels
   */
  void append(String more, long count) {
    long[] longer = shape.clone();
    longer[0] += count;
    become(graph.node("Concat", List.of(name, more), OnnxGraph.integer("axis", 1)), longer);
  }
}
