package io.momentgan.device;

import java.io.ObjectInputFilter;

/**
 * Keeps the JVM from making objects of classes that only attacks on Java serialization make. No
 * file is read by it; Spark's own messages are, which {@code spark.authenticate} protects.
 */
public final class SerialFilter {
  private static final String REFUSED =
      String.join(
          ";",
          "!org.apache.commons.collections.functors.*",
          "!org.apache.commons.collections4.functors.*",
          "!org.apache.commons.beanutils.**",
          "!org.apache.xalan.**",
          "!com.sun.org.apache.xalan.**",
          "!com.sun.rowset.**",
          // Not the rest of these packages, by which JMX watches drivers and executors.
          "!javax.management.BadAttributeValueExpException",
          "!java.rmi.server.RemoteObjectInvocationHandler",
          "!java.rmi.server.UnicastRemoteObject",
          "!java.rmi.registry.*",
          "!sun.rmi.server.*",
          "!org.codehaus.groovy.runtime.**",
          "!groovy.**",
          "!bsh.**",
          "!clojure.**",
          "!com.mchange.**",
          "!org.springframework.**");

  private SerialFilter() {}

  /** Sets the filter, unless this JVM has one by {@code -Djdk.serialFilter}. */
  public static void choose() {
    if (ObjectInputFilter.Config.getSerialFilter() == null) {
      ObjectInputFilter.Config.setSerialFilter(ObjectInputFilter.Config.createFilter(REFUSED));
    }
  }
}
