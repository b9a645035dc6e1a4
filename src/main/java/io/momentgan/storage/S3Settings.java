package io.momentgan.storage;

import io.momentgan.config.Credentials;
import io.momentgan.config.Experiment.S3Config;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Hadoop properties of the S3A client: {@code s3.*} overrides Spark's {@code spark.hadoop.*}, which
 * overrides the environment.
 *
 * <p>A run survives about two minutes of a failing service (requests are retried with growing
 * pauses); the check before it does not wait.
 */
public final class S3Settings {
  static final String ENDPOINT = "fs.s3a.endpoint";
  static final String REGION = "fs.s3a.endpoint.region";
  private static final String PATH_STYLE = "fs.s3a.path.style.access";
  private static final String TLS = "fs.s3a.connection.ssl.enabled";
  private static final String ACCESS_KEY = "fs.s3a.access.key";

  private static final Map<String, String> OF_A_RUN =
      Map.of(
          "fs.s3a.attempts.maximum", "5",
          "fs.s3a.connection.establish.timeout", "5000",
          "fs.s3a.connection.timeout", "60000",
          // Does not list the bucket before the first use, which a policy may forbid.
          "fs.s3a.bucket.probe", "0");

  private static final Map<String, String> OF_A_CHECK =
      Map.of(
          "fs.s3a.attempts.maximum", "1",
          "fs.s3a.retry.limit", "1",
          "fs.s3a.retry.interval", "200ms",
          "fs.s3a.retry.throttle.limit", "2",
          "fs.s3a.retry.throttle.interval", "200ms",
          "fs.s3a.connection.establish.timeout", "4000",
          "fs.s3a.connection.timeout", "5000");

  private S3Settings() {}

  /**
   * Collects the properties of a run.
   *
   * @param config {@code s3.*}
   * @param hadoop Spark's {@code spark.hadoop.*}, without the prefix
   * @param environment variables by name; null where unset
   * @return all properties, with the environment's credentials, which other machines lack
   */
  public static Map<String, String> of(
      S3Config config, Map<String, String> hadoop, UnaryOperator<String> environment) {
    Map<String, String> result = new TreeMap<>(OF_A_RUN);
    set(result, ENDPOINT, environment.apply("AWS_ENDPOINT_URL"));
    set(result, ENDPOINT, environment.apply("AWS_ENDPOINT_URL_S3"));
    set(result, REGION, environment.apply("AWS_DEFAULT_REGION"));
    set(result, REGION, environment.apply("AWS_REGION"));
    if (!hadoop.containsKey(ACCESS_KEY)) {
      set(result, ACCESS_KEY, environment.apply("AWS_ACCESS_KEY_ID"));
      set(result, "fs.s3a.secret.key", environment.apply("AWS_SECRET_ACCESS_KEY"));
      set(result, "fs.s3a.session.token", environment.apply("AWS_SESSION_TOKEN"));
    }
    result.putAll(hadoop);
    set(result, ENDPOINT, config.endpoint());
    set(result, REGION, config.region());
    set(result, PATH_STYLE, config.pathStyle() ? "true" : "");
    String endpoint = result.getOrDefault(ENDPOINT, "");
    if (endpoint.contains("://")) {
      result.put(TLS, Boolean.toString(endpoint.startsWith("https:")));
    }
    return result;
  }

  /** Drops the properties that must not be shown or written down. */
  public static Map<String, String> withoutSecrets(Map<String, String> settings) {
    Map<String, String> result = new LinkedHashMap<>(settings);
    result.keySet().removeIf(Credentials::isSecret);
    return result;
  }

  /** Overrides attempts and timeouts for a check. */
  static Map<String, String> impatient(Map<String, String> settings) {
    Map<String, String> result = new TreeMap<>(settings);
    result.putAll(OF_A_CHECK);
    return result;
  }

  private static void set(Map<String, String> settings, String key, String value) {
    if (value != null && !value.isEmpty()) {
      settings.put(key, value);
    }
  }
}
