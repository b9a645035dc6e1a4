/**
 * Discriminators that name the classes of images: probabilities, ensembles, and errors on test
 * images as a Spark job.
 */
package io.momentgan.classification;
