/** Fast functions of single values: activations, dropout and noise. */
package io.momentgan.kernels.elements;
