/**
 * How far generated images are from real ones, as plain arithmetic on features, probabilities and
 * pixels: statistics that merge, and the measures that follow from them. It knows nothing of Spark.
 */
package io.momentgan.quality;
