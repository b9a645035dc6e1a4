import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import java.net.InetAddress;
import java.util.HashMap;
import okhttp3.mockwebserver.MockWebServer;

/**
 * An API server of Kubernetes that keeps the objects it is given, and starts nothing, until the standard input ends.
 * Its argument is a port.
 */
final class KubernetesServer {
  private KubernetesServer() {}

  public static void main(String[] args) throws Exception {
    KubernetesMockServer server =
        new KubernetesMockServer(
            new Context(), new MockWebServer(), new HashMap<>(), new KubernetesCrudDispatcher(), false);
    server.init(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
    while (System.in.read() >= 0) {}
    server.destroy();
    System.exit(0);
  }
}
