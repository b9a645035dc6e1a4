/** Arrays in NumPy's formats: {@code .npy} and {@code .npz}. */
package io.momentgan.data.numpy;
