/**
 * The command line and the loop of a training: wires the packages together and owns the Spark
 * context.
 */
package io.momentgan.app;
