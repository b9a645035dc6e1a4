package io.momentgan.data.tables;

import io.momentgan.config.DataConfig.ImagesConfig;
import io.momentgan.data.decoding.ImageDecoder;
import io.momentgan.data.decoding.RejectedImageException;
import java.util.Optional;

/** Decodes pictures that are not files of their own, as those of a table. */
final class EncodedPictures {
  private final ImageDecoder decoder;

  /**
   * Prepares decoding.
   *
   * @param config shape and limits
   */
  EncodedPictures(ImagesConfig config) {
    this.decoder = new ImageDecoder(config);
  }

  /**
   * Decodes a picture.
   *
   * @param picture the bytes of an image file
   * @return values in 0..255 (unsigned) in channel, row, column order; empty if it is unusable
   */
  Optional<byte[]> decode(byte[] picture) {
    try {
      return Optional.of(decoder.decode(picture).values());
    } catch (RejectedImageException e) {
      return Optional.empty();
    }
  }

  /** Returns why a picture is unusable; empty for a usable one. */
  Optional<String> reason(byte[] picture) {
    try {
      decoder.decode(picture);
      return Optional.empty();
    } catch (RejectedImageException e) {
      return Optional.of(e.getMessage());
    }
  }
}
