/**
 * Fast versions of Deeplearning4j's layers, activations and optimizer on CPUs, behind its own
 * extension points: same formulas, same state, checked against the stock versions. Matrix products
 * and convolutions are oneDNN's, the rest is loops that the JVM's compiler vectorises.
 */
package io.momentgan.kernels;
