/**
 * Fast versions of Deeplearning4j's layers, activations and optimizer on CPUs, by its own extension
 * points: same formulas and same state, tested against the stock versions. oneDNN multiplies and
 * convolves; the JIT compiler vectorises the other loops.
 */
package io.momentgan.kernels;
