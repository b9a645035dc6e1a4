/** Networks as plain arrays, as they travel between driver and workers and into checkpoints. */
package io.momentgan.network.state;
