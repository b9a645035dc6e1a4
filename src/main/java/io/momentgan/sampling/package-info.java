/**
 * Draws images from a generator, from real data and of independent pixels: the same on any worker
 * for the same seed; initialises networks by such draws.
 */
package io.momentgan.sampling;
