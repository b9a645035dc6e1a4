package io.momentgan.evaluation;

import io.momentgan.moments.Moments;
import io.momentgan.quality.Bins;
import io.momentgan.quality.ClassStatistics;
import io.momentgan.quality.FeatureStatistics;
import java.io.Serializable;

/**
 * What generated images are measured against: statistics of all training images of a data set.
 *
 * @param features of their features
 * @param moments of their pixels in [-1, 1]
 * @param classes of the classes that the extractor sees in them
 * @param bins bins of similar images
 * @param binCounts training images per bin; never mutated
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Reference(
    FeatureStatistics features,
    Moments moments,
    ClassStatistics classes,
    Bins bins,
    long[] binCounts)
    implements Serializable {}
