/**
 * A run on disk: one type per file of its folder. {@link io.momentgan.run.RunRecord} is run.yaml,
 * {@link io.momentgan.run.Checkpoints} its checkpoints.
 */
package io.momentgan.run;
