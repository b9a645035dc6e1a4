package io.momentgan.storage;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.apache.commons.lang3.exception.ExceptionUtils;

/**
 * Explains failures of an S3 service or of the connection to it.
 *
 * <p>Recognises them by names and codes: hadoop-aws and the SDK differ between clusters, and not
 * every class path has them.
 */
public final class S3Failure {
  private static final String KEYS =
      "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, the instance's profile, or a"
          + " Hadoop credential provider";
  private static final Pattern EXPECTED_REGION =
      Pattern.compile("(?:expecting|region) '([a-z0-9-]+)'(?! is wrong)");

  private S3Failure() {}

  /**
   * Explains a failure and its remedy.
   *
   * @param failure thrown by the file system
   * @return a clause for the user; empty for failures that are not S3's
   */
  public static Optional<String> reason(Throwable failure) {
    List<Throwable> chain = ExceptionUtils.getThrowableList(failure);
    String text =
        chain.stream()
            .map(t -> t.getClass().getSimpleName() + " " + t.getMessage() + "\n")
            .collect(Collectors.joining());
    return ofService(text).or(() -> ofConnection(chain, text));
  }

  private static Optional<String> ofService(String text) {
    if (has(text, "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken")) {
      return Optional.of("wrong credentials: the service does not accept them; check " + KEYS);
    }
    if (has(
        text, "NoAuthWithAWSException", "NoAwsCredentialsException", "Unable to load AWS cred")) {
      return Optional.of("no credentials were found; give " + KEYS);
    }
    if (has(
        text,
        "AuthorizationHeaderMalformed",
        "PermanentRedirect",
        "AWSRedirectException",
        "IllegalLocationConstraint")) {
      Matcher region = EXPECTED_REGION.matcher(text);
      return Optional.of(
          "wrong region%s; set s3.region to the bucket's (and s3.endpoint, if set, to that region's)"
              .formatted(region.find() ? ", the bucket is in " + region.group(1) : ""));
    }
    if (has(text, "UnknownStoreException", "NoSuchBucket")) {
      return Optional.of("there is no such bucket; make it, or check its name and s3.endpoint");
    }
    if (has(text, "RequestTimeTooSkewed")) {
      return Optional.of("this machine's clock differs too much from the service's; set it right");
    }
    return has(text, "AccessDenied", "Status Code: 403")
        ? Optional.of(
            "no permission for these credentials; let their policy allow it, or check them")
        : Optional.empty();
  }

  private static Optional<String> ofConnection(List<Throwable> chain, String text) {
    boolean cloud = has(text, "com.amazonaws", "software.amazon", "AWS", "SdkClientException");
    for (Throwable t : chain) {
      String message = firstLine(t);
      if (t instanceof UnknownHostException
          || t instanceof ConnectException
          || t instanceof NoRouteToHostException) {
        return Optional.of(
            "the server cannot be reached (%s); check the location%s and the network"
                .formatted(message, cloud ? ", s3.endpoint" : ""));
      }
      if (cloud
          && (t instanceof SocketTimeoutException
              || has(
                  t.getClass().getSimpleName(),
                  "ConnectTimeoutException",
                  "NoHttpResponseException"))) {
        return Optional.of(
            "the server does not answer (%s); check s3.endpoint and the network"
                .formatted(message));
      }
      if (cloud && t instanceof SSLException) {
        return Optional.of(
            "no TLS connection (%s); check the scheme of s3.endpoint, http or https"
                .formatted(message));
      }
      if (cloud && t instanceof SocketException) {
        return Optional.of(
            "the connection to the server broke (%s); see whether the server runs, and the network"
                .formatted(message));
      }
    }
    for (Throwable t : chain) {
      if (t.getClass().getSimpleName().startsWith("AWS")) {
        return Optional.of("the service failed (%s); try again later".formatted(firstLine(t)));
      }
    }
    return Optional.empty();
  }

  static String firstLine(Throwable t) {
    return String.valueOf(t.getMessage()).lines().findFirst().orElse("").strip();
  }

  private static boolean has(String text, String... words) {
    return Arrays.stream(words).anyMatch(text::contains);
  }
}
