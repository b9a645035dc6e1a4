package io.momentgan.config;

import java.io.Serializable;

/**
 * What is made of the files of an image folder.
 *
 * @param channels 3 for RGB, 1 for grey
 * @param height rows that each image is resized to
 * @param width columns that each image is resized to
 * @param crop whether the largest part around the centre with the right proportions is taken;
 *     without it images are squeezed
 * @param flip whether each image is used a second time, mirrored left to right
 * @param maxPixels largest number of pixels that a file may unfold to
 * @param rejectedShare largest share of files that may be unusable
 */
public record ImagesConfig(
    int channels,
    int height,
    int width,
    boolean crop,
    boolean flip,
    long maxPixels,
    double rejectedShare)
    implements Serializable {
  /** Checks each setting by itself. */
  public ImagesConfig {
    ConfigException.check(
        channels == 1 || channels == 3, "data.images.channels", channels, "1 (grey) or 3 (RGB)");
    ConfigException.check(height > 0, "data.images.height", height, "a positive number");
    ConfigException.check(width > 0, "data.images.width", width, "a positive number");
    ConfigException.check(maxPixels > 0, "data.images.max-pixels", maxPixels, "a positive number");
    ConfigException.check(
        rejectedShare >= 0 && rejectedShare <= 1,
        "data.images.rejected-share",
        rejectedShare,
        "a share in [0, 1]");
  }
}
