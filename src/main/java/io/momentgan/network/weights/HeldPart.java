package io.momentgan.network.weights;

/**
 * Where the flat parameters have what the passes of a layer make its weights of.
 *
 * @param layer index of the layer
 * @param weights index of the first value of W or v
 * @param held index of the first value of u of {@link SpectralNorm} or g of {@link WeightNorm}
 * @param length number of the values that are held
 * @param trained whether they have a gradient
 */
public record HeldPart(int layer, int weights, int held, int length, boolean trained) {}
