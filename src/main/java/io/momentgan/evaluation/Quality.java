package io.momentgan.evaluation;

import java.util.List;

/**
 * The quality of a set of images by every measure. No single one suffices: the Frechet distance
 * judges the whole, coverage and recall variety, the classifier score legibility, the bins balance,
 * memorisation honesty.
 *
 * @param n number of images
 * @param fd Frechet distance to all training images in feature space, 0 or more
 * @param fdRelative {@code fd} over the sum of the real features' variances: without unit
 * @param fdInfinity the distance extrapolated to infinitely many images
 * @param kid kernel distance, unbiased: around 0 for real images
 * @param kidSe standard error of it
 * @param precision share of the images inside the manifold of the real features
 * @param recall share of real images inside the manifold of theirs
 * @param density how densely real features lie around them; may exceed 1
 * @param coverage share of real images that have one of them near
 * @param classifierScore 1 to the number of classes; this and the other measures of classes are
 *     NaN, null or empty where the extractor was trained without labels
 * @param modeScore classifier score lowered by unbalanced classes
 * @param confident share that the classifier is sure of, with more than 0.9
 * @param missingModes classes with less than a tenth of their real share
 * @param classVariation total variation between their class shares and the real ones, 0 to 1
 * @param classAccuracy share that the classifier puts in the class that they are of or were asked
 *     for; NaN without classes
 * @param ndb bins whose share differs significantly from the real one
 * @param ndbBins number of bins; a twentieth of them differ by chance
 * @param memorisation share that is nearer to a training image than to any held-out image; around a
 *     half for images that owe nothing to single training images, 1 for copies
 * @param pairDistance mean Euclidean distance in pixel space between two of them, in [-1, 1] units
 * @param nearDuplicates share whose nearest other image is nearer than 99 % of real images have
 *     theirs
 * @param momentMean mean term of the moment distance to all training images, 0.1 * sum |difference|
 * @param momentVar variance term of it
 * @param classShares share of each class
 */
public record Quality(
    int n,
    double fd,
    double fdRelative,
    double fdInfinity,
    double kid,
    double kidSe,
    double precision,
    double recall,
    double density,
    double coverage,
    double classifierScore,
    double modeScore,
    double confident,
    Integer missingModes,
    double classVariation,
    double classAccuracy,
    int ndb,
    int ndbBins,
    double memorisation,
    double pairDistance,
    double nearDuplicates,
    double momentMean,
    double momentVar,
    List<Double> classShares) {
  public Quality {
    classShares = List.copyOf(classShares);
  }
}
