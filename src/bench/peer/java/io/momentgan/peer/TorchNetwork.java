package io.momentgan.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** A network as libtorch has it: its own operations, its autograd, its Adam. */
final class TorchNetwork {
  private static final Set<String> ROW_BY_ROW =
      Set.of("dense", "leaky-relu", "relu", "softplus", "tanh", "sigmoid", "noise", "flatten");

  private final Parameters parameters;
  private final List<UnaryOperator<Tensor>> operations = new ArrayList<>();
  private final List<NormedWeights> normed = new ArrayList<>();
  private final boolean rowByRow;
  private final TorchAdam adam;

  /**
   * A network.
   *
   * @param lines its operations, such as {@code dense 100 128 none}, from the input on
   * @param values its parameters, in the order of the operations
   * @param adam of its updates
   */
  TorchNetwork(List<String> lines, float[] values, TorchAdam.Settings adam) {
    parameters = new Parameters(values);
    lines.forEach(line -> operations.add(operation(line.split(" "))));
    rowByRow = lines.stream().allMatch(line -> ROW_BY_ROW.contains(line.split(" ")[0]));
    parameters.requireAllTaken();
    this.adam = new TorchAdam(parameters.trained(), adam);
  }

  /** What something computes without keeping what a gradient needs. */
  static Tensor withoutGradients(Supplier<Tensor> computed) {
    GradMode.set_enabled(false);
    try {
      return computed.get();
    } finally {
      GradMode.set_enabled(true);
    }
  }

  /** Whether each row of a batch passes by itself, without dropout. */
  boolean isRowByRow() {
    return rowByRow;
  }

  /**
   * Computes the weights that are normalised: at the head of an iteration, and after each change of
   * the parameters or of whether their gradients are computed.
   */
  void normalise() {
    normed.forEach(NormedWeights::follow);
  }

  /** A training pass. */
  Tensor forward(Tensor input) {
    return features(input, operations.size());
  }

  /** A training pass through the first operations. */
  Tensor features(Tensor input, int count) {
    Tensor values = input;
    for (UnaryOperator<Tensor> operation : operations.subList(0, count)) {
      values = operation.apply(values);
    }
    return values;
  }

  /** Makes the gradients zero. */
  void zeroGradients() {
    adam.zeroGradients();
  }

  /** Updates the parameters by their gradients. */
  void update() {
    adam.update();
  }

  /** Whether gradients by the parameters are computed. */
  void requireGradients(boolean required) {
    parameters.requireGradients(required);
  }

  private UnaryOperator<Tensor> operation(String[] words) {
    return switch (words[0]) {
      case "dense" -> dense(number(words, 1), number(words, 2), words[3]);
      case "convolution" -> convolution(words);
      case "transposed-convolution" -> transposed(words);
      case "batch-norm" -> batchNorm(words);
      case "leaky-relu" -> leakyRelu(Double.parseDouble(words[1]));
      case "relu" -> torch::relu;
      case "softplus" -> torch::softplus;
      case "tanh" -> torch::tanh;
      case "sigmoid" -> Tensor::sigmoid;
      case "noise" -> noise(Double.parseDouble(words[1]));
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

  private UnaryOperator<Tensor> dense(long inputs, long outputs, String norm) {
    Tensor weights = parameters.next(outputs, inputs);
    TensorOptional bias = new TensorOptional(parameters.next(outputs));
    if (norm.equals("none")) {
      return x -> torch.linear(x, weights, bias);
    }
    boolean trained = norm.equals("trained");
    NormedWeights normedWeights =
        new NormedWeights(
            weights, trained ? parameters.next(outputs, 1) : parameters.fixed(outputs, 1));
    normed.add(normedWeights);
    return x -> torch.linear(x, normedWeights.weights(), bias);
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

  private static UnaryOperator<Tensor> noise(double sd) {
    Scalar scalar = new Scalar(sd);
    return x -> x.add(torch.randn_like(x), scalar);
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
