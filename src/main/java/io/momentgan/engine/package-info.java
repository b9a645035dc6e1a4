/**
 * The seam between a GAN's step and the library that computes it. The step is written once, on host
 * values and on rows that stay where an engine computes.
 */
package io.momentgan.engine;
