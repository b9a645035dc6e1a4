package io.momentgan.engine;

import io.momentgan.collective.Collective;
import io.momentgan.collective.CollectiveException;
import io.momentgan.config.Experiment;
import io.momentgan.config.Experiment.EngineName;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.device.Device;
import java.time.Duration;
import java.util.Locale;
import java.util.ServiceLoader;

/** A library that computes the passes and updates of networks in training. */
public interface Engine {
  /**
   * Finds an engine.
   *
   * @throws UserException when this build has none of this name
   */
  static Engine of(EngineName name) {
    return ServiceLoader.load(Engine.class, Engine.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .filter(engine -> engine.name() == name)
        .findFirst()
        .orElseThrow(
            () ->
                new UserException(
                    "Setting engine: found %s, which this jar has no class for"
                        .formatted(name.name().toLowerCase(Locale.ROOT))));
  }

  /** Returns the name that settings give it. */
  EngineName name();

  /**
   * Refuses settings that the engine cannot follow, before anything starts.
   *
   * @throws UserException that names the setting
   */
  void require(Experiment experiment);

  /**
   * Counts the GPUs of this process that the engine computes on; 0 where it computes on the CPU.
   *
   * @throws UserException when its native libraries are missing or do not load
   */
  int gpus();

  /** Says why there are no GPUs and what helps, for a message in brackets. */
  String whyNoGpu();

  /**
   * Binds the current thread to a device.
   *
   * @param gpu number of the GPU; -1 for the CPU
   * @return the device
   */
  Device bind(int gpu);

  /**
   * Makes a training step on a device, so that a GPU without kernels fails here and not somewhere
   * in a training.
   *
   * @param device that the current thread is bound to
   * @param host name of the machine, for messages
   * @throws UserException in one line, when the device cannot do it
   */
  void tryOut(Device device, String host);

  /**
   * Makes networks to train on a device that the current thread is bound to. Their values are those
   * of {@code experiment}'s seed.
   *
   * @param experiment the settings
   * @param shape shape of an image
   * @param device the device
   */
  TrainedPair open(Experiment experiment, ImageShape shape, Device device);

  /**
   * Joins the devices of a run's workers, so that they average gradients by themselves, as {@code
   * train.gradients: devices} asks. All workers call it together.
   *
   * @param device the worker's
   * @param run name of the run, unique within the application
   * @param collective the worker's end of its group, by which they find each other
   * @param host name or address of this process for the others
   * @param limit longest wait for the others
   * @return ends with a failure; a round that succeeds leaves it open for the next one
   * @throws CollectiveException when the workers do not find each other
   */
  DeviceGroup meet(Device device, String run, Collective collective, String host, Duration limit);
}
