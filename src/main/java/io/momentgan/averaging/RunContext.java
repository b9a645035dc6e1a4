package io.momentgan.averaging;

import io.momentgan.collective.CollectiveFactory;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.moments.Moments;
import java.io.Serializable;
import java.util.Optional;

/**
 * What every worker of a run must know; broadcast once.
 *
 * @param run name of the run, unique within the application
 * @param experiment the settings, number of workers known
 * @param shape shape of the images
 * @param collectives how workers find each other
 * @param wholeData moments of all training images, or of none where the scope does not need them
 */
public record RunContext(
    String run,
    Experiment experiment,
    ImageShape shape,
    CollectiveFactory collectives,
    Moments wholeData)
    implements Serializable {
  Optional<Moments> dataSetMoments() {
    return wholeData.count() == 0 ? Optional.empty() : Optional.of(wholeData);
  }
}
