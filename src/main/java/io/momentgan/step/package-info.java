/**
 * The work of one worker on one batch: discriminator updates, the exchange of moments, generator
 * updates. Knows nothing of Spark, so it runs on one thread in a test.
 */
package io.momentgan.step;
