/**
 * From images to shards: decides which worker trains on which images, in which order, in which
 * round, and computes the moments of the real images. Seeded, balanced and deterministic. First
 * package of the flow that knows Spark.
 */
package io.momentgan.partition;
