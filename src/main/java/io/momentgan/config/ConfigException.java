package io.momentgan.config;

/** A setting that is unknown, missing, invalid or in conflict with another. */
public final class ConfigException extends UserException {
  private static final long serialVersionUID = 1L;

  private final String key;
  private final String problem;

  /**
   * Refuses settings as a whole.
   *
   * @param message one line that names their source
   */
  public ConfigException(String message) {
    super(message);
    this.key = "";
    this.problem = message;
  }

  /**
   * Refuses a setting.
   *
   * @param source the file or option that gave it; empty if unknown
   * @param key the setting's key, such as {@code generator.layers.0.units}
   * @param problem the value found and the value expected
   */
  ConfigException(String source, String key, String problem) {
    super("%sSetting %s: %s".formatted(source.isEmpty() ? "" : source + ": ", key, problem));
    this.key = key;
    this.problem = problem;
  }

  String key() {
    return key;
  }

  String problem() {
    return problem;
  }

  /**
   * Refuses a component of a record unless a condition holds. Refuses NaN and infinity always.
   *
   * @param key the component in kebab-case, such as {@code batch-size}; {@link ExperimentReader}
   *     puts the record's own key before it
   * @param expected completes "found X, expected"
   */
  static void check(boolean holds, String key, Object found, String expected) {
    boolean finite = !(found instanceof Double number) || Double.isFinite(number);
    if (!holds || !finite) {
      throw new ConfigException("", key, "found %s, expected %s".formatted(found, expected));
    }
  }

  static void checkPositive(String key, Number found) {
    check(found.doubleValue() > 0, key, found, "a positive number");
  }
}
