/**
 * Layers that look across a batch, in generators and discriminators alike: minibatch discrimination
 * and virtual batch normalisation (Salimans et al. 2016, "Improved Techniques for Training GANs").
 * One form serves training and inference, floats and doubles, CPUs and GPUs.
 */
package io.momentgan.kernels.batch;
