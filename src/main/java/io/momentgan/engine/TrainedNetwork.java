package io.momentgan.engine;

import io.momentgan.network.state.NetworkState;
import java.util.function.DoubleSupplier;

/**
 * A generator or discriminator in training. Losses stay outside; only {@link #update}, {@link
 * #clip} and {@link #load} change its parameters. Rows that a pass returns are valid until the next
 * pass of this network, except those of {@link #forward}.
 */
public interface TrainedNetwork {
  /**
   * Runs a training pass; keeps its intermediate results for one pass backward.
   *
   * @param input rows [n, inputs]
   * @param classes class of each row; ignored by networks that are not conditional
   * @return rows [n, outputs]
   */
  Rows forward(Rows input, int... classes);

  /**
   * Runs {@link #forward} on batches joined to one, and copies the output to the heap.
   *
   * @param classes class of each row; ignored by networks that are not conditional
   * @param batches rows [n, inputs] each
   * @return outputs [sum of n, outputs], row after row
   */
  double[] outputs(int[] classes, Rows... batches);

  /**
   * Runs a training pass with other parameters, then restores its own bit for bit. No pass backward
   * may follow.
   *
   * @param params parameters of a network of the same settings
   * @param input rows [n, inputs]
   * @param classes class of each row; ignored by networks that are not conditional
   * @return rows [n, outputs]
   */
  Rows forwardAs(float[] params, Rows input, int... classes);

  /**
   * Backpropagates through the last pass, to the gradient.
   *
   * @param epsilon gradient of the summed loss with respect to the outputs [n, outputs]
   */
  void backwardToParameters(Rows epsilon);

  /**
   * Backpropagates through the last pass, to the gradient.
   *
   * @param epsilon gradient of the summed loss with respect to the outputs, row after row
   */
  void backwardToParameters(double[] epsilon);

  /**
   * Backpropagates through the last pass, to its input. The gradient is undefined afterwards.
   *
   * @param epsilon gradient of the summed loss with respect to the outputs, row after row
   * @return gradient with respect to the input [n, inputs]
   */
  Rows backwardToInput(double[] epsilon);

  /**
   * Runs a training pass up to the outputs of a hidden layer; keeps its intermediate results for
   * one {@link #backwardFromFeatureMeans}.
   *
   * @param layer number of the hidden layer in the settings, from 1; 0 for the last one beside
   *     noise and dropout
   * @param input rows [n, inputs]
   * @param classes class of each row; ignored by networks that are not conditional
   * @return mean of each feature over the rows
   */
  double[] featureMeans(int layer, Rows input, int... classes);

  /**
   * Backpropagates from the features of the last {@link #featureMeans} to the input. The gradient
   * is undefined afterwards.
   *
   * @param epsilon gradient of the summed loss with respect to the features of any row: the same
   *     for all rows
   * @return gradient with respect to the input [n, inputs]
   */
  Rows backwardFromFeatureMeans(double[] epsilon);

  /**
   * Runs a training pass and takes its first output's gradient with respect to each input row. Sets
   * the gradient to that of the sum over the rows of {@code weight * (norm - target)^2}, norm being
   * Euclidean; a norm of 0 has the derivative 0. Rows must not depend on each other.
   *
   * @param weight factor of the penalty
   * @param target the norm without penalty
   * @param input rows [n, inputs]
   * @param classes class of each row; ignored by networks that are not conditional
   * @return mean of the penalty over the rows
   * @throws UnsupportedOperationException by an engine without second derivatives, which refuses
   *     {@code loss.gradient-penalty} before any training
   */
  double penaliseSlopes(double weight, double target, Rows input, int... classes);

  /** Keeps the gradient to be added to that of a later pass, for a loss of several passes. */
  void keepGradient();

  /** Adds what {@link #keepGradient} kept to the gradient, if anything, and forgets it. */
  void addKeptGradients();

  /** Copies the gradient of the summed loss with respect to the parameters. */
  double[] gradient();

  /** Replaces the gradient. */
  void replaceGradient(double[] gradient);

  /**
   * Updates the parameters by the optimizer; the gradient is undefined afterwards.
   *
   * @param batchSize divides the summed gradient
   * @return tells the Euclidean norm of the gradient of the mean loss with respect to trained
   *     parameters, until the iteration is closed; to ask late is to wait less for a device
   */
  DoubleSupplier update(int batchSize);

  /**
   * Clips all parameters but those of frozen layers, scales and running statistics of batch
   * normalisation.
   *
   * @param bound largest absolute value
   */
  void clip(double bound);

  /** Copies the state, in Deeplearning4j's layout. */
  NetworkState state();

  /** Loads the state of a network of the same settings. */
  void load(NetworkState state);
}
