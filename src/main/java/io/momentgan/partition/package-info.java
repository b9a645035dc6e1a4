/**
 * From images to shards: which worker trains on which images, in which order, in which round.
 * Seeded, balanced and deterministic. First package of the flow that knows Spark.
 */
package io.momentgan.partition;
