/** Loops of the fast layers: matrix products, convolutions, sums by channel, copies to the heap. */
package io.momentgan.kernels.loops;
