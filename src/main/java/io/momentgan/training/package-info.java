/**
 * The training loop and what listens to it: metrics, samples, checkpoints, quality, gauges,
 * progress.
 */
package io.momentgan.training;
