package io.momentgan.evaluation;

import io.momentgan.extractor.ExtractorInfo;

/**
 * The quality of a set of images beside floor and ceiling.
 *
 * @param quality of the images
 * @param real of held-out real images: the floor, which no generator is expected to pass
 * @param independentPixels of images with the right pixels and no structure: the ceiling
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
