/** Images that are stored as arrays: CIFAR, and what IDX, NumPy and tables of pixels share. */
package io.momentgan.data.arrays;
