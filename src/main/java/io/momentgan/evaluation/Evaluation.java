package io.momentgan.evaluation;

import io.momentgan.extractor.ExtractorInfo;

/**
 * What an evaluation found, with what it is read against.
 *
 * @param quality of the images
 * @param real the same measures of held-out real images: the floor, which no generator is expected
 *     to pass
 * @param independentPixels the same measures of images with the right pixels and no structure: the
 *     ceiling
 * @param extractor the feature extractor; figures of others are not comparable
 * @param seed of the latent vectors
 * @param seconds wall time
 */
public record Evaluation(
    Quality quality,
    Quality real,
    Quality independentPixels,
    ExtractorInfo extractor,
    long seed,
    double seconds) {}
