package io.momentgan.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** Stands before an S3 server and can be slow, break connections, or answer for itself. */
public final class FaultProxy implements AutoCloseable {
  private final ServerSocket listener;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger answered = new AtomicInteger();
  private final List<String> requested = new CopyOnWriteArrayList<>();
  private volatile Fault fault = Fault.NONE;

  /**
   * What is done to requests.
   *
   * @param hits which, by the first line; each as often as {@code times} says
   * @param answer an HTTP answer, status line first; empty to break the connection; null to pass
   * @param times how often
   * @param delayMillis before each piece that the server sends
   */
  public record Fault(Predicate<String> hits, String answer, int times, int delayMillis) {
    public static final Fault NONE = new Fault(line -> false, null, 0, 0);

    public static Fault slow(int millis) {
      return new Fault(line -> false, null, 0, millis);
    }

    public static Fault broken(Predicate<String> hits, int times) {
      return new Fault(hits, "", times, 0);
    }

    public static Fault refused(Predicate<String> hits, int status, String code, String message) {
      return refused(hits, status, code, message, Integer.MAX_VALUE);
    }

    public static Fault refused(
        Predicate<String> hits, int status, String code, String message, int times) {
      String body =
          "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>%s</Message><RequestId>1</RequestId></Error>"
              .formatted(code, message);
      String answer =
          "HTTP/1.1 %d %s\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
              .formatted(status, code, body.length(), body);
      return new Fault(hits, answer, times, 0);
    }
  }

  public FaultProxy(int target) throws IOException {
    this.target = target;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    run("accept", this::accept);
  }

  public String endpoint() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** From now on; connections that are open go on. */
  public void set(Fault next) {
    answered.set(0);
    fault = next;
  }

  /** How many requests a fault has hit. */
  public int hits() {
    return answered.get();
  }

  /** First lines of the requests seen so far, faulty or not. */
  public List<String> requested() {
    return List.copyOf(requested);
  }

  /** Breaks all connections. */
  public void breakAll() {
    sockets.forEach(FaultProxy::close);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        sockets.add(client);
        Socket server = connect(client);
        if (server != null) {
          sockets.add(server);
          run("requests", () -> requests(client, server));
          run("answers", () -> answers(server, client));
        }
      } catch (IOException e) {
        // Closed, or the client has gone.
      }
    }
  }

  private Socket connect(Socket client) {
    try {
      return new Socket(InetAddress.getLoopbackAddress(), target);
    } catch (IOException e) {
      close(client);
      return null;
    }
  }

  private void requests(Socket client, Socket server) {
    byte[] buffer = new byte[1 << 16];
    try {
      InputStream in = client.getInputStream();
      OutputStream out = server.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        Fault now = fault;
        requested.add(firstLine(buffer, n));
        if (now.answer() != null
            && now.hits().test(firstLine(buffer, n))
            && answered.get() < now.times()) {
          answered.incrementAndGet();
          client.getOutputStream().write(now.answer().getBytes(StandardCharsets.UTF_8));
          client.shutdownOutput();
          // What the client still sends is read, or it would see a reset before the answer.
          while (!now.answer().isEmpty() && in.read(buffer) >= 0) {}
          break;
        }
        out.write(buffer, 0, n);
        out.flush();
      }
    } catch (IOException e) {
      // One end has gone.
    } finally {
      close(client);
      close(server);
    }
  }

  /** "" where a piece is not the head of a request. */
  private static String firstLine(byte[] buffer, int length) {
    String head = new String(buffer, 0, Math.min(length, 2000), StandardCharsets.ISO_8859_1);
    String line = head.lines().findFirst().orElse("");
    return line.matches("(GET|PUT|POST|HEAD|DELETE) .* HTTP/1\\.1") ? line : "";
  }

  private void answers(Socket server, Socket client) {
    byte[] buffer = new byte[1 << 16];
    try {
      InputStream in = server.getInputStream();
      OutputStream out = client.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        Thread.sleep(fault.delayMillis());
        out.write(buffer, 0, n);
        out.flush();
      }
    } catch (IOException | InterruptedException e) {
      // One end has gone.
    } finally {
      close(client);
      close(server);
    }
  }

  private static void run(String name, Runnable work) {
    Thread thread = new Thread(work, "fault proxy " + name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    breakAll();
  }
}
