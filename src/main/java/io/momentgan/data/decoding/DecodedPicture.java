package io.momentgan.data.decoding;

/**
 * A decoded image file.
 *
 * @param values values in 0..255 (unsigned) in channel, row, column order
 * @param width columns of the stored picture, turned upright
 * @param height rows of the stored picture, turned upright
 * @param transparent whether its background shows
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record DecodedPicture(byte[] values, int width, int height, boolean transparent) {}
