package io.momentgan.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;

/**
 * What workers compute on.
 *
 * @param use whether GPUs are used where the build and the machine have them
 */
public record DeviceConfig(Use use) implements Serializable {
  /** What is used. */
  public enum Use {
    /** GPUs where there are any that the build can use, else the CPU. */
    @JsonProperty("auto")
    AUTO,
    /** GPUs; a worker without one is refused. */
    @JsonProperty("gpu")
    GPU,
    /** The CPU, also where there are GPUs. */
    @JsonProperty("cpu")
    CPU
  }
}
