/**
 * Draws images: from a generator, from real data, from independent pixels; on any worker the same
 * for the same seed.
 */
package io.momentgan.sampling;
