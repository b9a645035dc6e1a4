/**
 * The tables of a run's metrics: one record per line, and the JSON lines that hold them. {@link
 * io.momentgan.run.metrics.MetricsTable} lists the tables.
 */
package io.momentgan.run.metrics;
