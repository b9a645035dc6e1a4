import java.io.File;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/**
 * YARN with one node, on free ports, until the standard input ends. Its argument is a folder, which gets the
 * containers' folders and, once all has started, {@code conf/yarn-site.xml}.
 */
final class YarnServer {
  private YarnServer() {}

  public static void main(String[] args) {
    try {
      serve(Path.of(args[0]));
      System.exit(0);
    } catch (Exception e) {
      // Threads of what has started would keep the process.
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static void serve(Path folder) throws Exception {
    YarnConfiguration conf = new YarnConfiguration();
    conf.setInt(YarnConfiguration.NM_VCORES, 8);
    conf.setInt(YarnConfiguration.YARN_MINICLUSTER_NM_PMEM_MB, 12288);
    // A JVM of Java 17 reserves address space as it likes.
    conf.setBoolean(YarnConfiguration.NM_VMEM_CHECK_ENABLED, false);
    // The master of an application may have as much of the queue as it asks for.
    conf.setFloat("yarn.scheduler.capacity.maximum-am-resource-percent", 1);
    // A full disk of whoever runs the test is no fault of the node.
    conf.setFloat(YarnConfiguration.NM_MAX_PER_DISK_UTILIZATION_PERCENTAGE, 100);
    conf.setLong(YarnConfiguration.NM_MIN_PER_DISK_FREE_SPACE_MB, 0);
    conf.setInt(YarnConfiguration.DEBUG_NM_DELETE_DELAY_SEC, 600);
    // MiniYARNCluster makes its folders there.
    System.setProperty("test.build.data", folder.toString());
    MiniYARNCluster cluster = new MiniYARNCluster("yarn", 1, 1, 1);
    cluster.init(conf);
    cluster.start();
    if (!cluster.waitForNodeManagersToConnect(60_000)) {
      throw new IllegalStateException("the node has not connected");
    }
    write(cluster.getConfig(), folder.resolve("conf"));
    while (System.in.read() >= 0) {}
    cluster.stop();
  }

  private static void write(Configuration conf, Path folder) throws Exception {
    File whole = Files.createDirectories(folder).resolve("yarn-site.xml").toFile();
    File part = folder.resolve("part").toFile();
    try (OutputStream out = Files.newOutputStream(part.toPath())) {
      conf.writeXml(out);
    }
    part.renameTo(whole);
  }
}
