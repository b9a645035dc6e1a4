package io.momentgan.network;

import io.momentgan.config.LabelsConfig;

/**
 * How a network is told the classes of the images.
 *
 * @param use {@code ONE_HOT} or {@code EMBEDDING}, where there are classes
 * @param classes how many; 0 when the network is not told
 * @param embedding values of a class's vector, where the input is a vector
 */
record LabelInput(LabelsConfig.Use use, int classes, int embedding) {
  /** A network that is not told. */
  static final LabelInput NONE = new LabelInput(LabelsConfig.Use.ONE_HOT, 0, 0);

  static LabelInput ofGenerator(LabelsConfig labels) {
    return new LabelInput(labels.generator(), labels.classes(), labels.embedding());
  }

  static LabelInput ofDiscriminator(LabelsConfig labels) {
    return labels.discriminator() == LabelsConfig.Use.CLASS_HEAD
        ? NONE
        : new LabelInput(labels.discriminator(), labels.classes(), labels.embedding());
  }

  boolean isOn() {
    return classes > 0;
  }

  /** Classes that each layer with weights gets beside its input. */
  int perLayer() {
    return use == LabelsConfig.Use.ONE_HOT ? classes : 0;
  }

  boolean isEmbedded() {
    return isOn() && use == LabelsConfig.Use.EMBEDDING;
  }
}
