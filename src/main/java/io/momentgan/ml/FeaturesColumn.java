package io.momentgan.ml;

import io.momentgan.config.DataConfig.ImagesConfig;
import io.momentgan.config.Experiment;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.data.Images;
import io.momentgan.data.decoding.ImageDecoder;
import io.momentgan.data.decoding.RejectedImageException;
import io.momentgan.network.state.NetworkState;
import io.momentgan.sampling.DiscriminatorFeatures;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;

/**
 * Vectors of a discriminator's features of the rows' images.
 *
 * @param experiment settings of the run
 * @param shape shape of its images
 * @param discriminator the discriminator
 * @param images the column of images
 * @param at its place in a row
 */
record FeaturesColumn(
    Experiment experiment,
    ImageShape shape,
    Broadcast<NetworkState> discriminator,
    ImageColumn images,
    int at)
    implements AddedColumn {
  @Override
  public Opened open() {
    DiscriminatorFeatures features =
        new DiscriminatorFeatures(experiment, shape, discriminator.value());
    ImageDecoder decoder = new ImageDecoder(decoded());
    return block ->
        Arrays.stream(features.of(read(decoder, block))).map(FeaturesColumn::vector).toList();
  }

  /** Encoded images become those of the run, whatever its data were. */
  private ImagesConfig decoded() {
    return experiment
        .with(
            "data.images.channels=" + shape.channels(),
            "data.images.height=" + shape.height(),
            "data.images.width=" + shape.width())
        .data()
        .images();
  }

  private Images read(ImageDecoder decoder, List<Row> block) {
    int length = shape.features();
    byte[] pixels = new byte[block.size() * length];
    for (int i = 0; i < block.size(); i++) {
      System.arraycopy(pixels(decoder, block.get(i)), 0, pixels, i * length, length);
    }
    return new Images(shape, pixels, new byte[0]);
  }

  private byte[] pixels(ImageDecoder decoder, Row row) {
    if (images.form() == ImageColumn.Form.ENCODED) {
      try {
        return decoder.decode(images.encoded(row, at)).values();
      } catch (RejectedImageException e) {
        throw new UserException(
            "Column %s: found an unusable image: %s".formatted(images.name(), e.getMessage()), e);
      }
    }
    float[] values = images.values(row, at, shape);
    byte[] pixels = new byte[values.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) Math.round(values[i]);
    }
    return pixels;
  }

  private static Object vector(float[] features) {
    return Vectors.dense(
        IntStream.range(0, features.length).mapToDouble(i -> features[i]).toArray());
  }
}
