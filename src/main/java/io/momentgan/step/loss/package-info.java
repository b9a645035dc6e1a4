/**
 * Losses of logits, their targets, and the gradients with respect to the discriminator's output.
 */
package io.momentgan.step.loss;
