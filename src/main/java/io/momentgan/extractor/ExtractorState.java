package io.momentgan.extractor;

import java.io.Serializable;

/**
 * A trained extractor as it travels to the workers.
 *
 * @param blueprint its network
 * @param params its parameters in Deeplearning4j's flat order; never mutated
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record ExtractorState(ExtractorBlueprint blueprint, float[] params) implements Serializable {}
