package io.momentgan.network;

import io.momentgan.config.LabelsConfig;
import java.util.Arrays;

/**
 * The conditioning of a network on the classes of the images.
 *
 * @param use {@code ONE_HOT} or {@code EMBEDDING}, if there are classes
 * @param classes number of classes; 0 if the network is not conditional
 * @param embedding length of a class's vector, if the input is a vector
 */
public record LabelInput(LabelsConfig.Use use, int classes, int embedding) {
  static final LabelInput NONE = new LabelInput(LabelsConfig.Use.ONE_HOT, 0, 0);

  static LabelInput ofGenerator(LabelsConfig labels) {
    return labels.drawn() == 0
        ? NONE
        : new LabelInput(labels.generator(), labels.classes(), labels.embedding());
  }

  static LabelInput ofDiscriminator(LabelsConfig labels) {
    return labels.predicted() > 0 || labels.discriminator() == LabelsConfig.Use.NONE
        ? NONE
        : new LabelInput(labels.discriminator(), labels.classes(), labels.embedding());
  }

  /**
   * Codes classes as rows of zeros with a one.
   *
   * @param labels class of each row
   * @param rows number of rows
   * @return values [rows, classes], row after row
   * @throws IllegalArgumentException unless there is one valid class a row
   */
  public float[] oneHot(int[] labels, long rows) {
    if (labels.length != rows) {
      throw new IllegalArgumentException(
          "Invalid labels: %d for %d rows (a conditional network needs one each)"
              .formatted(labels.length, rows));
    }
    float[] oneHot = new float[labels.length * classes];
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new IllegalArgumentException(
            "Invalid label: %d (must be 0 to %d)".formatted(labels[i], classes - 1));
      }
      oneHot[i * classes + labels[i]] = 1;
    }
    return oneHot;
  }

  /**
   * Puts the classes of a reference batch, all in turn, before those of other rows.
   *
   * @param reference rows of the reference batch; may be 0
   * @param labels class of each other row
   */
  public int[] withReference(int reference, int... labels) {
    int[] all = new int[reference + labels.length];
    Arrays.setAll(all, i -> i < reference ? i % classes : labels[i - reference]);
    return all;
  }

  /** Returns whether the network is conditional. */
  public boolean isOn() {
    return classes > 0;
  }

  /** Returns the number of channels that each layer with weights gets beside its input. */
  int perLayer() {
    return use == LabelsConfig.Use.ONE_HOT ? classes : 0;
  }

  boolean isEmbedded() {
    return isOn() && use == LabelsConfig.Use.EMBEDDING;
  }
}
