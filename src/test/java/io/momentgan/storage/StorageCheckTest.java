package io.momentgan.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.momentgan.config.Experiment.S3Config;
import io.momentgan.config.UserException;
import io.momentgan.storage.FaultProxy.Fault;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with a store is said in one line, soon, and without credentials. */
class StorageCheckTest {
  private static final String OUT = "s3a://checked/runs";

  @TempDir private static Path folder;
  private static S3Server server;
  private static FaultProxy proxy;

  @BeforeAll
  static void start() throws Exception {
    server = S3Server.start(folder.resolve("server"));
    server.makeBucket("checked");
    proxy = new FaultProxy(server.port());
  }

  @AfterAll
  static void stop() throws Exception {
    proxy.close();
    server.close();
  }

  @AfterEach
  void noFault() {
    proxy.set(Fault.NONE);
  }

  private static Map<String, String> settings(String endpoint, Map<String, String> hadoop) {
    return S3Settings.of(new S3Config(endpoint, "", true), hadoop, System::getenv);
  }

  private static Map<String, String> direct() {
    return settings(server.endpoint(), Map.of());
  }

  private static Map<String, String> throughProxy() {
    return settings(proxy.endpoint(), Map.of());
  }

  private static String refusal(String location, Map<String, String> settings) {
    long start = System.nanoTime();
    String message = null;
    StringWriter trace = new StringWriter();
    try {
      StorageCheck.requireWritable("--out", location, settings);
    } catch (UserException e) {
      message = e.getMessage();
      e.printStackTrace(new PrintWriter(trace));
    }
    assertThat(message).isNotNull().hasLineCount(1).startsWith("--out");
    assertThat(trace.toString()).doesNotContain(S3Server.SECRET).doesNotContain(S3Server.KEY);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
    return message;
  }

  @Test
  void aStoreThatServesIsLeftAsItWas() {
    assertThatCode(() -> StorageCheck.requireWritable("--out", OUT, direct()))
        .doesNotThrowAnyException();
    assertThatCode(() -> StorageCheck.requireReadable("--data", "s3a://checked/no", direct()))
        .doesNotThrowAnyException();
    assertThat(server.bucket("checked").toFile().list((f, n) -> n.contains("check"))).isEmpty();
  }

  @Test
  void wrongSecret() {
    Map<String, String> wrong = Map.of("fs.s3a.access.key", S3Server.KEY, "fs.s3a.secret.key", "x");
    assertThat(refusal(OUT, settings(server.endpoint(), wrong)))
        .contains("cannot write there (endpoint " + server.endpoint() + ")", "wrong credentials");
  }

  @Test
  void wrongKey() {
    Map<String, String> wrong = Map.of("fs.s3a.access.key", "x", "fs.s3a.secret.key", "x");
    assertThat(refusal(OUT, settings(server.endpoint(), wrong))).contains("wrong credentials");
  }

  @Test
  void noCredentials() {
    Map<String, String> none =
        Map.of(
            "fs.s3a.aws.credentials.provider",
            "com.amazonaws.auth.InstanceProfileCredentialsProvider");
    assertThat(refusal(OUT, settings(server.endpoint(), none)))
        .contains("no credentials were found; give AWS_ACCESS_KEY_ID");
  }

  @Test
  void missingBucket() {
    assertThat(refusal("s3a://nowhere/runs", direct())).contains("there is no such bucket");
  }

  @Test
  void noPermissionToWrite() {
    proxy.set(Fault.refused(line -> line.startsWith("PUT"), 403, "AccessDenied", "Access Denied"));
    assertThat(refusal(OUT, throughProxy())).contains("no permission for these credentials");
  }

  @Test
  void wrongRegion() {
    proxy.set(
        Fault.refused(
            line -> true,
            400,
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'"));
    assertThat(refusal(OUT, throughProxy()))
        .contains("wrong region, the bucket is in eu-west-1; set s3.region");
    proxy.set(Fault.refused(line -> true, 301, "PermanentRedirect", "Use another endpoint"));
    assertThat(refusal(OUT, throughProxy())).contains("wrong region; set s3.region");
  }

  @Test
  void nobodyThere() throws Exception {
    String nobody = "http://127.0.0.1:" + S3Server.freePort();
    assertThat(refusal(OUT, settings(nobody, Map.of()))).contains("the server cannot be reached");
    assertThat(refusal(OUT, settings("http://no-such-host.invalid:9000", Map.of())))
        .contains("the server cannot be reached");
  }

  @Test
  void tlsWhereThereIsNone() {
    String https = server.endpoint().replace("http:", "https:");
    assertThat(refusal(OUT, settings(https, Map.of()))).contains("s3.endpoint", "TLS");
  }

  @Tag("long")
  @Test
  void noAnswer() {
    proxy.set(Fault.slow(60_000));
    assertThat(refusal(OUT, throughProxy())).contains("answer", "s3.endpoint");
    proxy.breakAll();
  }

  @Test
  void otherSchemesAndCredentialsInLocations() {
    assertThat(refusal("s3://checked/runs", direct())).contains("write s3a:// instead");
    String location = "s3a://" + S3Server.KEY + ":" + S3Server.SECRET + "@checked/runs";
    assertThat(refusal(location, direct()))
        .contains("found credentials in the location (not shown)");
  }

  @Test
  void settingsGoOverSparksAndThoseOverTheEnvironment() {
    UnaryOperator<String> environment =
        Map.of("AWS_ENDPOINT_URL", "https://environment", "AWS_REGION", "there")::get;
    Map<String, String> spark = Map.of("fs.s3a.endpoint", "http://spark");
    assertThat(S3Settings.of(S3Config.NONE, Map.of(), environment))
        .containsEntry("fs.s3a.endpoint", "https://environment")
        .containsEntry("fs.s3a.endpoint.region", "there")
        .containsEntry("fs.s3a.connection.ssl.enabled", "true");
    assertThat(S3Settings.of(S3Config.NONE, spark, environment))
        .containsEntry("fs.s3a.endpoint", "http://spark");
    assertThat(S3Settings.of(new S3Config("http://set", "", true), spark, environment))
        .containsEntry("fs.s3a.endpoint", "http://set")
        .containsEntry("fs.s3a.connection.ssl.enabled", "false")
        .containsEntry("fs.s3a.path.style.access", "true");
    assertThat(S3Settings.of(S3Config.NONE, Map.of(), name -> null))
        .doesNotContainKeys("fs.s3a.endpoint", "fs.s3a.access.key", "fs.s3a.path.style.access");
    assertThat(S3Settings.withoutSecrets(direct()).toString())
        .doesNotContain(S3Server.KEY, S3Server.SECRET);
  }
}
