/**
 * From the workers' networks to the next snapshot's: their average, the step of an outer optimizer,
 * moving averages.
 */
package io.momentgan.averaging.merge;
