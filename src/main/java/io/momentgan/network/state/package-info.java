/** Networks as plain arrays: what travels between driver and workers and into checkpoints. */
package io.momentgan.network.state;
