/**
 * Decodes the bytes of an image file to an image of one shape: turned upright, blended over a
 * background, cropped and resized.
 */
package io.momentgan.data.decoding;
