import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.Context;
import java.net.InetAddress;
import java.net.Socket;
import java.util.HashMap;
import java.util.List;
import okhttp3.mockwebserver.MockResponse;
import okhttp3.mockwebserver.MockWebServer;
import okhttp3.mockwebserver.RecordedRequest;
import okio.Buffer;

/**
 * An API server of Kubernetes that keeps the objects it is given, and starts nothing, until the standard input ends.
 * Its argument is a port.
 */
final class KubernetesServer {
  private KubernetesServer() {}

  public static void main(String[] args) {
    try {
      serve(Integer.parseInt(args[0]));
      System.exit(0);
    } catch (Exception e) {
      // Threads of what has started would keep the process.
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static void serve(int port) throws Exception {
    KubernetesMockServer server =
        new KubernetesMockServer(new Context(), new MockWebServer(), new HashMap<>(), new Dispatcher(), false);
    server.init(InetAddress.getLoopbackAddress(), port);
    while (System.in.read() >= 0) {}
    server.destroy();
  }

  /**
   * As a whole API server does: new pods are pending; and it knows "server-side apply", by which Spark makes what a
   * driver's pod needs, all of it new here.
   */
  private static final class Dispatcher extends KubernetesCrudDispatcher {
    @Override
    public MockResponse handlePatch(RecordedRequest request) {
      String type = request.getHeader("Content-Type");
      if (type == null || !type.startsWith("application/apply-patch")) {
        return super.handlePatch(request);
      }
      String kind = request.getPath().replaceFirst("/[^/]*$", "");
      return handleCreate(creation(request, kind, request.getBody()));
    }

    @Override
    public MockResponse handleCreate(RecordedRequest request) {
      if (!request.getPath().endsWith("/pods")) {
        return super.handleCreate(request);
      }
      Pod pod = Serialization.unmarshal(request.getBody().readUtf8(), Pod.class);
      pod.setStatus(new PodStatusBuilder().withPhase("Pending").build());
      Buffer body = new Buffer().writeUtf8(Serialization.asJson(pod));
      return super.handleCreate(creation(request, request.getPath(), body));
    }

    private static RecordedRequest creation(RecordedRequest request, String path, Buffer body) {
      return new RecordedRequest(
          "POST " + path + " HTTP/1.1",
          request.getHeaders(),
          List.of(),
          body.size(),
          body,
          request.getSequenceNumber(),
          new Socket());
    }
  }
}
