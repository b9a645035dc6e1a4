/**
 * The machines of a training: which device a worker computes on, whether this build can use it, and
 * how many tasks a cluster runs at once.
 */
package io.momentgan.device;
