/**
 * Fast versions of what Deeplearning4j does value by value on CPUs, behind its own extension
 * points: same formulas, same state, checked against the stock versions.
 */
package io.momentgan.kernels;
