/**
 * For notebooks and programs with a Spark session of their own: run folders as tables, samples as a
 * DataFrame, trainings in the background, GANs as stages of Spark ML. Semantically versioned, as is
 * what its methods return.
 */
package io.momentgan.ml;
