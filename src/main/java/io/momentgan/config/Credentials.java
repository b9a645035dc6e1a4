package io.momentgan.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keeps credentials out of settings and locations, and so out of logs and run folders. */
public final class Credentials {
  private static final Pattern KEY =
      Pattern.compile("(?i).*(access[._-]?key|secret|password|session[._-]?token|credential).*");

  /** Stands in files and messages for the query of a web address. */
  public static final String NO_QUERY = "?...";

  private static final Pattern WEB_QUERY = Pattern.compile("(?is)^(https?:[^?]*)\\?.*");
  private static final Pattern USER_INFO = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*@.*");
  private static final String WAYS =
      "give them by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, the instance's"
          + " profile, or a Hadoop credential provider (hadoop.security.credential.provider.path)";

  private Credentials() {}

  /**
   * Whether a setting may hold a secret, by its name.
   *
   * @param key the name, such as {@code fs.s3a.secret.key}
   */
  public static boolean isSecret(String key) {
    return KEY.matcher(key).matches();
  }

  /**
   * Refuses a location that contains a user or password. The message does not repeat it.
   *
   * @param what the option or setting that gave the location, such as {@code --out}
   * @param location a path or URI
   */
  public static void refuseIn(String what, String location) {
    if (location != null && USER_INFO.matcher(location).matches()) {
      throw new UserException(
          "%s: found credentials in the location (not shown), expected none; remove the part before '@', and %s"
              .formatted(what, WAYS));
    }
  }

  /**
   * Leaves the query out of a web address, since it may be a signature.
   *
   * @param location a path or URI
   * @return the location; the query of a web address replaced by {@link #NO_QUERY}
   */
  public static String withoutQuery(String location) {
    return WEB_QUERY.matcher(location).replaceFirst("$1" + Matcher.quoteReplacement(NO_QUERY));
  }

  static void refuseInOption(String option) {
    String key = option.substring(0, Math.max(0, option.indexOf('=')));
    refuseKey("--set", key);
    refuseIn("--set " + key, option.substring(Math.min(option.length(), key.length() + 1)));
  }

  static void refuseIn(JsonNode settings, String source, String path) {
    refuseIn(
        "%s: setting %s".formatted(source, path), settings.isTextual() ? settings.asText() : null);
    settings
        .fields()
        .forEachRemaining(
            field -> {
              String key = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
              refuseKey(source, key);
              refuseIn(field.getValue(), source, key);
            });
  }

  private static void refuseKey(String source, String key) {
    if (isSecret(key)) {
      throw new UserException(
          "%s: setting %s: found a setting for credentials (its value is not shown), expected none; %s"
              .formatted(source, key, WAYS));
    }
  }
}
