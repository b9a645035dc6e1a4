/**
 * What a trained network is worth: its samples, the alarms that a training's figures raise, and the
 * measures of {@link io.momentgan.quality} as Spark jobs.
 */
package io.momentgan.evaluation;
