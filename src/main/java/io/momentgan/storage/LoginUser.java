package io.momentgan.storage;

import org.apache.hadoop.security.UserGroupInformation;

/** The user whom Hadoop's file systems and Spark know this process by. */
public final class LoginUser {
  /** How the JVM calls users and homes that the system has no names of. */
  private static final String UNKNOWN = "?";

  private LoginUser() {}

  /**
   * Names the user of an id without a name, such as OpenShift gives to containers: Hadoop cannot
   * log it in. To be called before anything else asks for the user.
   */
  public static void choose() {
    if (System.getProperty("user.home", UNKNOWN).equals(UNKNOWN)) {
      System.setProperty(
          "user.home", System.getenv().getOrDefault("HOME", System.getProperty("java.io.tmpdir")));
    }
    if (System.getProperty("user.name", UNKNOWN).equals(UNKNOWN)) {
      String name = System.getenv().getOrDefault("HADOOP_USER_NAME", "momentgan");
      UserGroupInformation.setLoginUser(UserGroupInformation.createRemoteUser(name));
    }
  }
}
