package io.momentgan.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Serializable;

/** One hidden layer of a network. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes(@JsonSubTypes.Type(value = LayerConfig.Dense.class, name = "dense"))
public sealed interface LayerConfig extends Serializable {
  /**
   * A dense layer: product, bias, optional batch normalisation, leaky ReLU, optional dropout.
   *
   * @param units number of outputs
   * @param batchNorm whether batch normalisation stands before the activation
   * @param dropout share of the activations that is dropped in training, 0 for none
   */
  record Dense(int units, boolean batchNorm, double dropout) implements LayerConfig {
    /** Checks each setting by itself. */
    public Dense {
      ConfigException.check(units > 0, "layers.units", units, "a positive number");
      ConfigException.check(
          dropout >= 0 && dropout < 1, "layers.dropout", dropout, "a share in [0, 1)");
    }
  }
}
