package io.momentgan.engine;

import io.momentgan.collective.Collective;
import io.momentgan.config.ConfigException;
import io.momentgan.config.Experiment;
import io.momentgan.config.Experiment.EngineName;
import io.momentgan.config.TrainConfig.Gradients;
import io.momentgan.data.ImageShape;
import io.momentgan.device.Device;
import io.momentgan.device.Devices;
import io.momentgan.device.SmokeTest;
import io.momentgan.network.GanNetworks;
import java.time.Duration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Deeplearning4j with the own kernels: the engine of CPUs, and of GPUs that CUDA 11.6 knows. */
public final class Dl4jEngine implements Engine {
  @Override
  public EngineName name() {
    return EngineName.DL4J;
  }

  /**
   * Refuses penalties on gradients, whose own gradients the layers of Deeplearning4j lack, and
   * devices that average gradients by themselves.
   */
  @Override
  public void require(Experiment experiment) {
    if (experiment.train().gradients() == Gradients.DEVICES) {
      throw new ConfigException(
          "Setting train.gradients: found devices with engine dl4j, expected own or shared; start a"
              + " run with train.gradients=shared for the same gradients by way of the hosts, or set"
              + " engine=torch, in a build by mvn -Ptorch package (CPUs) or -Ptorch-cuda (GPUs)");
    }
    if (experiment.loss().gradientPenalty().on()) {
      throw new ConfigException(
          "Setting engine: found dl4j with loss.gradient-penalty, which needs second derivatives,"
              + " expected torch; set engine=torch, in a build by mvn -Ptorch package (CPUs) or"
              + " -Ptorch-cuda (GPUs)");
    }
  }

  @Override
  public int gpus() {
    return Devices.areGpus() ? Nd4j.getAffinityManager().getNumberOfDevices() : 0;
  }

  @Override
  public String whyNoGpu() {
    return "this build has ND4J's backend for CPUs; build with mvn -Ptorch-cuda package and set"
        + " engine=torch, or, for compute capability 3.7 to 8.6, with -Pcuda";
  }

  @Override
  public Device bind(int gpu) {
    return Devices.bind(Math.max(0, gpu)); // ND4J's backend decides between GPUs and the CPU
  }

  @Override
  public void tryOut(Device device, String host) {
    if (device.isGpu()) {
      SmokeTest.require(device, host);
    }
  }

  @Override
  public DeviceGroup meet(
      Device device, String run, Collective collective, String host, Duration limit) {
    throw new UnsupportedOperationException("ND4J's devices average nothing by themselves");
  }

  @Override
  public TrainedPair open(Experiment experiment, ImageShape shape, Device device) {
    return new Dl4jPair(GanNetworks.build(experiment, shape, DataType.FLOAT));
  }
}
