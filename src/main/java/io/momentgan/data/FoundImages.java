package io.momentgan.data;

import io.momentgan.data.DataSet.Kind;
import io.momentgan.data.DataSet.RejectedFile;
import io.momentgan.data.DataSet.StoredFile;
import java.util.List;
import java.util.Optional;

/**
 * Images that a reader found at a location, not yet cut by {@code data.validation} and {@code
 * data.limit}.
 *
 * @param kind their form
 * @param images training images
 * @param validation validation images, where the data come with some of their own
 * @param test test images, where there are some
 * @param classes names of the classes, class 0 first; empty where labels are only numbers
 * @param files files behind the images, where their MD5 says something
 * @param rejected files of the location that are not used
 * @param verdict one line about the authenticity of the files
 * @param identity text that differs when images or labels differ
 */
public record FoundImages(
    Kind kind,
    ImageSource images,
    Optional<ImageSource> validation,
    Optional<ImageSource> test,
    List<String> classes,
    List<StoredFile> files,
    List<RejectedFile> rejected,
    String verdict,
    String identity) {
  public FoundImages {
    classes = List.copyOf(classes);
    files = List.copyOf(files);
    rejected = List.copyOf(rejected);
  }
}
