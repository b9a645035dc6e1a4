package io.momentgan.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** A network as libtorch has it: its own operations, its autograd, its Adam. */
final class TorchNetwork {
  private static final Set<String> ROW_BY_ROW =
      Set.of("dense", "leaky-relu", "relu", "tanh", "sigmoid", "flatten");

  private final Parameters parameters;
  private final List<UnaryOperator<Tensor>> operations = new ArrayList<>();
  private final boolean rowByRow;
  private final Adam adam;

  /**
   * A network.
   *
   * @param lines its operations, such as {@code dense 100 128}, from the input on
   * @param values its parameters, in the order of the operations
   * @param learningRate of Adam
   * @param beta1 of Adam
   * @param beta2 of Adam
   * @param epsilon of Adam
   */
  TorchNetwork(
      List<String> lines,
      float[] values,
      double learningRate,
      double beta1,
      double beta2,
      double epsilon) {
    parameters = new Parameters(values);
    lines.forEach(line -> operations.add(operation(line.split(" "))));
    rowByRow = lines.stream().allMatch(line -> ROW_BY_ROW.contains(line.split(" ")[0]));
    parameters.requireAllTaken();
    AdamOptions options = new AdamOptions(learningRate);
    // A C++ tuple, whose first element the compiler may put last: the defaults tell.
    DoublePointer betas = options.betas();
    int first = betas.get(0) < betas.get(1) ? 0 : 1;
    betas.put(first, beta1).put(1 - first, beta2);
    options.eps().put(epsilon);
    adam = new Adam(parameters.trained(), options);
  }

  /** Whether each row of a batch passes by itself, and always in the same way. */
  boolean isRowByRow() {
    return rowByRow;
  }

  /** A training pass. */
  Tensor forward(Tensor input) {
    Tensor values = input;
    for (UnaryOperator<Tensor> operation : operations) {
      values = operation.apply(values);
    }
    return values;
  }

  /** Makes the gradients zero. */
  void zeroGradients() {
    adam.zero_grad();
  }

  /** Updates the parameters by their gradients. */
  void update() {
    adam.step();
  }

  /** Whether gradients by the parameters are computed. */
  void requireGradients(boolean required) {
    parameters.requireGradients(required);
  }

  private UnaryOperator<Tensor> operation(String[] words) {
    return switch (words[0]) {
      case "dense" -> dense(number(words, 1), number(words, 2));
      case "convolution" -> convolution(words);
      case "transposed-convolution" -> transposed(words);
      case "batch-norm" -> batchNorm(words);
      case "leaky-relu" -> leakyRelu(Double.parseDouble(words[1]));
      case "relu" -> torch::relu;
      case "tanh" -> torch::tanh;
      case "sigmoid" -> Tensor::sigmoid;
      case "dropout" -> dropout(Double.parseDouble(words[1]));
      case "reshape" -> {
        long channels = number(words, 1);
        long height = number(words, 2);
        long width = number(words, 3);
        yield x -> x.view(x.size(0), channels, height, width);
      }
      case "flatten" -> x -> x.reshape(x.size(0), -1);
      default -> throw new IllegalArgumentException("Unknown operation: " + words[0]);
    };
  }

  private UnaryOperator<Tensor> dense(long inputs, long outputs) {
    Tensor weights = parameters.next(outputs, inputs);
    TensorOptional bias = new TensorOptional(parameters.next(outputs));
    return x -> torch.linear(x, weights, bias);
  }

  private UnaryOperator<Tensor> convolution(String[] words) {
    long kernel = number(words, 3);
    long[] stride = square(words, 4);
    long[] padding = square(words, 5);
    long[] dilation = {1, 1};
    Tensor weights = parameters.next(number(words, 2), number(words, 1), kernel, kernel);
    TensorOptional bias = new TensorOptional(parameters.next(number(words, 2)));
    return x -> torch.conv2d(x, weights, bias, stride, padding, dilation, 1);
  }

  private UnaryOperator<Tensor> transposed(String[] words) {
    long kernel = number(words, 3);
    long[] stride = square(words, 4);
    long[] padding = square(words, 5);
    long[] outputPadding = square(words, 6);
    Tensor weights = parameters.next(number(words, 1), number(words, 2), kernel, kernel);
    TensorOptional bias = new TensorOptional(parameters.next(number(words, 2)));
    return x -> torch.conv_transpose2d(x, weights, bias, stride, padding, outputPadding, 1, 1, 1);
  }

  private UnaryOperator<Tensor> batchNorm(String[] words) {
    long channels = number(words, 1);
    double epsilon = Double.parseDouble(words[2]);
    double momentum = Double.parseDouble(words[3]);
    boolean trained = Boolean.parseBoolean(words[4]);
    TensorOptional gamma =
        new TensorOptional(trained ? parameters.next(channels) : parameters.fixed(channels));
    TensorOptional beta = new TensorOptional(parameters.next(channels));
    TensorOptional mean = new TensorOptional(torch.zeros(channels));
    TensorOptional variance = new TensorOptional(torch.ones(channels));
    return x -> torch.batch_norm(x, gamma, beta, mean, variance, true, momentum, epsilon, false);
  }

  private static UnaryOperator<Tensor> leakyRelu(double slope) {
    Scalar scalar = new Scalar(slope);
    return x -> torch.leaky_relu(x, scalar);
  }

  private static UnaryOperator<Tensor> dropout(double share) {
    return x -> torch.dropout(x, share, true);
  }

  private static long number(String[] words, int at) {
    return Long.parseLong(words[at]);
  }

  private static long[] square(String[] words, int at) {
    return new long[] {number(words, at), number(words, at)};
  }
}
