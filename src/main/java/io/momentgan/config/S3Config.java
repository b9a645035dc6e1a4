package io.momentgan.config;

import java.io.Serializable;

/**
 * Which S3 service {@code s3a:} locations are on. Credentials are no settings: they come from the
 * environment, the instance's profile or a Hadoop credential provider.
 *
 * @param endpoint its URL, whose scheme decides on TLS; empty for Amazon's or what Spark's settings
 *     or the environment say
 * @param region its region; empty for what Spark's settings, the environment or the service say
 * @param pathStyle whether the bucket is the first part of the path rather than of the host's name
 */
public record S3Config(String endpoint, String region, boolean pathStyle) implements Serializable {
  /** Nothing set. */
  public static final S3Config NONE = new S3Config("", "", false);

  /** Checks each setting by itself. */
  public S3Config {
    ConfigException.check(
        endpoint.isEmpty() || endpoint.matches("https?://[^/@?#\\s]+/?"),
        "s3.endpoint",
        '"' + endpoint + '"',
        "a URL such as https://s3.eu-central-1.amazonaws.com or http://127.0.0.1:9000");
    ConfigException.check(
        region.matches("[a-z0-9-]*"),
        "s3.region",
        '"' + region + '"',
        "a name such as eu-central-1");
  }
}
