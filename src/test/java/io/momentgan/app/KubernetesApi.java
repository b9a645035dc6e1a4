package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

/**
 * What a test asks of Kubernetes' API, all of it in the namespace "default".
 *
 * @param server address of the API server
 */
record KubernetesApi(String server) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  boolean answers() throws InterruptedException {
    try {
      return send(request("pods")).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  JsonNode get(String what) throws IOException, InterruptedException {
    return JSON.readTree(send(request(what)).body());
  }

  void update(ObjectNode pod) throws IOException, InterruptedException {
    // Of whatever version the server has.
    pod.withObject("/metadata").remove("resourceVersion");
    HttpResponse<String> answer =
        send(
            request("pods/" + pod.at("/metadata/name").asText())
                .PUT(BodyPublishers.ofString(pod.toString())));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  void delete(String what) throws IOException, InterruptedException {
    send(request(what).DELETE());
  }

  void deleteAll() throws IOException, InterruptedException {
    for (String kind : List.of("pods", "configmaps", "services")) {
      delete(kind);
    }
  }

  private HttpRequest.Builder request(String what) {
    return HttpRequest.newBuilder(URI.create(server + "/api/v1/namespaces/default/" + what));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return HTTP.send(request.build(), BodyHandlers.ofString());
  }
}
