package io.momentgan.device;

import java.util.Map;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/** Chooses the matrix products' kernels in each executor before its first task. */
public final class BlasCorePlugin implements SparkPlugin {
  /** None: the driver's own process has chosen before. */
  @Override
  public DriverPlugin driverPlugin() {
    return null;
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new ExecutorPlugin() {
      @Override
      public void init(PluginContext context, Map<String, String> extraConf) {
        BlasCore.choose();
      }
    };
  }
}
