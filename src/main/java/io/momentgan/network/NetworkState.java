package io.momentgan.network;

import java.io.Serializable;

/**
 * Everything of a network that training changes.
 *
 * @param params parameters in Deeplearning4j's flat order, running statistics included; never
 *     mutated
 * @param updaterState the optimizer's state in Deeplearning4j's flat order, empty for plain SGD;
 *     never mutated
 * @param updates number of updates made, which Adam's bias correction needs
 */
@SuppressWarnings("ArrayRecordComponent") // states are compared array by array where needed
public record NetworkState(float[] params, float[] updaterState, int updates)
    implements Serializable {}
