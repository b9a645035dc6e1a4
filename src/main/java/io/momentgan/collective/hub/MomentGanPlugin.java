package io.momentgan.collective.hub;

import io.momentgan.collective.CollectiveException;
import java.util.Map;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the driver's hub with the application, on its bind address only, and tells each executor
 * its address. The token goes another way, with the tasks: what a plugin tells is shown on pages.
 *
 * <p>{@code spark.momentgan.hub.port} fixes the port, for firewalls; default: any free port.
 */
public final class MomentGanPlugin implements SparkPlugin {
  private static final Logger LOG = LoggerFactory.getLogger(MomentGanPlugin.class);
  private static final String PORT = "spark.momentgan.hub.port";
  private static final String HUB = "hub";

  @Override
  public DriverPlugin driverPlugin() {
    return new OnDriver();
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new OnExecutor();
  }

  private static final class OnDriver implements DriverPlugin {
    private Hub hub;

    @Override
    public Map<String, String> init(SparkContext spark, PluginContext context) {
      SparkConf conf = spark.conf();
      String host = conf.get("spark.driver.host");
      String address = conf.get("spark.driver.bindAddress", host);
      hub = open(conf, address);
      HubCollectives.open(hub);
      LOG.info("Workers exchange messages at {}:{}", host, hub.port());
      return Map.of(HUB, host + ":" + hub.port());
    }

    private static Hub open(SparkConf conf, String address) {
      SecurityManager security = SparkEnv.get().securityManager();
      try {
        return Hub.open(conf, security, address, conf.getInt(PORT, 0), new Token());
      } catch (CollectiveException e) {
        throw new CollectiveException(
            "%s; set spark.driver.bindAddress and %s to what is free"
                .formatted(e.getMessage(), PORT),
            e);
      }
    }

    @Override
    public void shutdown() {
      if (hub != null) {
        HubCollectives.close(hub);
      }
    }
  }

  private static final class OnExecutor implements ExecutorPlugin {
    private WorkerProcess process;

    @Override
    public void init(PluginContext context, Map<String, String> hub) {
      SparkEnv env = SparkEnv.get();
      // Under the name that other executors fetch blocks from; an executor's context knows no name.
      String host = env.blockManager().blockManagerId().host();
      process = new WorkerProcess(context.conf(), env.securityManager(), host);
      HubCollectives.connect(process, process.hub(hub.get(HUB)));
    }

    @Override
    public void shutdown() {
      if (process != null) {
        HubCollectives.disconnect(process);
      }
    }
  }
}
