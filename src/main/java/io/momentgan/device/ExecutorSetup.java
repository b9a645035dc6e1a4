package io.momentgan.device;

import java.util.Locale;
import java.util.Map;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.util.SignalUtils;

/** Sets up each executor's process before its first task, as the driver's own has been. */
public final class ExecutorSetup implements SparkPlugin {
  /** None: the driver's process is set up before Spark starts. */
  @Override
  public DriverPlugin driverPlugin() {
    return null;
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new ExecutorPlugin() {
      @Override
      public void init(PluginContext context, Map<String, String> extraConf) {
        Locale.setDefault(Locale.ROOT);
        SerialFilter.choose();
        NativeFolder.choose();
        PhysicalMemory.choose();
        BlasCore.choose();
        // Ctrl-C reaches all processes at a terminal. The driver decides when its executors end.
        SignalUtils.register(StopRequests.Signal.INT.name(), () -> true);
      }
    };
  }
}
