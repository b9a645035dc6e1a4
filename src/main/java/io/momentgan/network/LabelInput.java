package io.momentgan.network;

import io.momentgan.config.LabelsConfig;

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

  boolean isOn() {
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
