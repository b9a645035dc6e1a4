package io.momentgan.averaging;

import io.momentgan.collective.CollectiveFactory;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.moments.RealSide;
import java.io.Serializable;

/**
 * What every worker of a run must know; broadcast once.
 *
 * @param run name of the run, unique within the application
 * @param experiment the settings, number of workers known
 * @param shape shape of the images
 * @param collectives how workers find each other
 * @param realSide what is known of the real images
 */
public record RunContext(
    String run,
    Experiment experiment,
    ImageShape shape,
    CollectiveFactory collectives,
    RealSide realSide)
    implements Serializable {}
