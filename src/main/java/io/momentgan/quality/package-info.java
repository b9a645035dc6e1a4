/**
 * Distance of generated images from real ones as plain arithmetic on features, probabilities and
 * pixels: mergeable statistics and the measures that follow from them. It knows nothing of Spark.
 */
package io.momentgan.quality;
