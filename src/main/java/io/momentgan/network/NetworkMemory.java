package io.momentgan.network;

import com.sun.management.OperatingSystemMXBean;
import io.momentgan.config.ConfigException;
import io.momentgan.network.state.NetworkSize;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/** Refuses networks that no memory here can hold, before anything of them is made. */
final class NetworkMemory {
  /** A state travels and is stored as one array of bytes. */
  private static final long MOST_VALUES = (Integer.MAX_VALUE - 1024) / Float.BYTES;

  private static final String REMEDY = "set fewer or smaller layers";

  private NetworkMemory() {}

  /**
   * Counts the values of a network's state.
   *
   * @throws ConfigException when there are more than an array can have
   */
  static NetworkSize size(NetworkBlueprint blueprint) {
    NetworkSize size;
    try {
      size = blueprint.size();
    } catch (ArithmeticException e) {
      throw new ConfigException(
          "layers: found a layer of more than 2^31 values, expected fewer; " + REMEDY);
    }
    long most = Math.max(size.parameters(), size.updaterState());
    if (most > MOST_VALUES) {
      throw new ConfigException(
          String.format(
              Locale.ROOT,
              "layers: found a network of %,d parameters whose optimizer keeps %,d values, expected at most %,d of each, as one array holds them; %s",
              size.parameters(),
              size.updaterState(),
              MOST_VALUES,
              REMEDY));
    }
    return size;
  }

  /**
   * Checks that this process can make a network: parameters and gradient beside the heap, with the
   * optimizer's state if it trains, and a copy of the parameters on the heap.
   *
   * @throws ConfigException that names the option to raise
   */
  static void require(NetworkBlueprint blueprint) {
    NetworkSize size = size(blueprint);
    long copy = Float.BYTES * size.parameters();
    long beside = 2 * copy + (blueprint.training() ? Float.BYTES * size.updaterState() : 0);
    long heap = Runtime.getRuntime().maxMemory();
    long machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    require(
        size,
        copy,
        heap,
        "the Java heap",
        "raise -Xmx (spark.driver.memory, spark.executor.memory)");
    require(size, beside, machine, "this machine", "take a larger machine or container");
  }

  private static void require(
      NetworkSize size, long needed, long found, String where, String remedy) {
    if (needed > found) {
      throw new ConfigException(
          String.format(
              Locale.ROOT,
              "layers: found a network of %,d parameters, which needs %,d MiB, expected at most the %,d MiB of %s; %s, or %s",
              size.parameters(),
              needed >> 20,
              found >> 20,
              where,
              remedy,
              REMEDY));
    }
  }
}
