/**
 * The loops of the fast layers: matrix products, convolutions, sums over channels, on arrays
 * without ND4J operations.
 */
package io.momentgan.kernels.loops;
