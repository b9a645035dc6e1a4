package io.momentgan.data.sets;

import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.data.StoredSizes;
import java.util.Arrays;
import java.util.Optional;

/** Some images of another source. */
interface Selection extends ImageSource {
  /** Returns the other source. */
  ImageSource images();

  /** Returns the index there of an image. */
  int at(int index);

  @Override
  default ImageShape shape() {
    return images().shape();
  }

  @Override
  default Optional<StoredSizes> originals() {
    return images().originals();
  }

  @Override
  default Optional<String> file(int index) {
    return images().file(at(index));
  }

  @Override
  default Images read(int[] indices) {
    return images().read(Arrays.stream(indices).map(this::at).toArray());
  }
}
