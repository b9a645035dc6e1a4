import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/**
 * HDFS with one data node, on free ports, until the standard input ends. Its argument is a folder, which gets the
 * nodes' folders and, once all has started, {@code uri.txt}.
 */
final class HdfsServer {
  private HdfsServer() {}

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
    Configuration conf = new HdfsConfiguration();
    conf.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.resolve("nodes").toString());
    MiniDFSCluster cluster = new MiniDFSCluster.Builder(conf).numDataNodes(1).build();
    cluster.waitActive();
    Path part = Files.writeString(folder.resolve("part.txt"), cluster.getURI().toString());
    Files.move(part, folder.resolve("uri.txt"));
    while (System.in.read() >= 0) {}
    cluster.shutdown();
  }
}
