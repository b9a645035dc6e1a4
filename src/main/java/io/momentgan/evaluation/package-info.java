/**
 * Quality of a trained network: the measures of {@link io.momentgan.quality} as Spark jobs, and
 * alarms that a training's figures raise.
 */
package io.momentgan.evaluation;
