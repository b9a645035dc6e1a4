/** What a trained network is worth: its samples, and the alarms that a training's figures raise. */
package io.momentgan.evaluation;
