/**
 * Rounds on Spark: the snapshot goes out, each worker trains on its shard, and the workers'
 * networks come back as one averaged snapshot. The only package that knows dl4j-spark.
 */
package io.momentgan.averaging;
