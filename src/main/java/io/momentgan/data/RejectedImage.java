package io.momentgan.data;

/**
 * A file of an image folder that is not used.
 *
 * @param file its location
 * @param reason why
 */
public record RejectedImage(String file, String reason) {}
