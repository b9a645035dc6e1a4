package io.momentgan.peer;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Adam: libtorch's own. It has no epsilon inside the root; that is done here, by the operations
 * that libtorch's own makes for each parameter.
 */
final class TorchAdam {
  private final Settings settings;
  private final Adam adam;
  private final List<State> states = new ArrayList<>();
  private int updates;

  /**
   * How Adam updates.
   *
   * @param learningRate step size
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param epsilon denominator offset
   * @param epsilonInside whether to divide by sqrt(v + epsilon) instead of sqrt(v) + epsilon
   */
  record Settings(
      double learningRate, double beta1, double beta2, double epsilon, boolean epsilonInside) {
    static Settings read(DataInputStream in) throws IOException {
      return new Settings(
          in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble(), in.readBoolean());
    }
  }

  /** A parameter with its moments. */
  private record State(Tensor parameter, Tensor first, Tensor second) {}

  TorchAdam(List<Tensor> parameters, Settings settings) {
    this.settings = settings;
    AdamOptions options = new AdamOptions(settings.learningRate());
    // A C++ tuple, whose first element the compiler may put last: the defaults tell.
    DoublePointer betas = options.betas();
    int first = betas.get(0) < betas.get(1) ? 0 : 1;
    betas.put(first, settings.beta1()).put(1 - first, settings.beta2());
    options.eps().put(settings.epsilon());
    adam = new Adam(new TensorVector(parameters.toArray(Tensor[]::new)), options);
    if (settings.epsilonInside()) {
      parameters.forEach(p -> states.add(new State(p, torch.zeros_like(p), torch.zeros_like(p))));
    }
  }

  /** Makes the gradients zero. */
  void zeroGradients() {
    adam.zero_grad();
  }

  /** Updates the parameters by their gradients. */
  void update() {
    if (!settings.epsilonInside()) {
      adam.step();
      return;
    }
    updates++;
    double rate =
        settings.learningRate()
            * Math.sqrt(1 - Math.pow(settings.beta2(), updates))
            / (1 - Math.pow(settings.beta1(), updates));
    GradMode.set_enabled(false);
    PointerScope scope = new PointerScope();
    try {
      Scalar step = new Scalar(-rate);
      Scalar epsilon = new Scalar(settings.epsilon());
      Scalar beta1 = new Scalar(settings.beta1());
      Scalar beta2 = new Scalar(settings.beta2());
      Scalar share1 = new Scalar(1 - settings.beta1());
      Scalar share2 = new Scalar(1 - settings.beta2());
      for (State state : states) {
        Tensor gradient = state.parameter().grad();
        state.first().mul_(beta1).add_(gradient, share1);
        state.second().mul_(beta2).addcmul_(gradient, gradient, share2);
        state.parameter().addcdiv_(state.first(), state.second().add(epsilon).sqrt_(), step);
      }
    } finally {
      scope.close();
      GradMode.set_enabled(true);
    }
  }
}
