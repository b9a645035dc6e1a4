/** Weights of passes that are a function of a network's parameters, and first values from data. */
package io.momentgan.network.weights;
