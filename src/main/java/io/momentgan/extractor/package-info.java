/**
 * The project's own feature extractor: a small convolutional classifier, trained on the labels of
 * the data, or without them on angles, through dl4j-spark and kept in the cache, so that figures of
 * the same data are comparable.
 */
package io.momentgan.extractor;
