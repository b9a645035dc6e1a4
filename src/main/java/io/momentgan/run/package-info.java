/**
 * A run on disk: one type per file of its folder. {@link io.momentgan.run.RunRecord} is run.yaml,
 * the line records are the tables of metrics, {@link io.momentgan.run.Checkpoints} its checkpoints.
 */
package io.momentgan.run;
