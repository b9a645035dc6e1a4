package io.momentgan.config;

/** A setting that is unknown, missing, wrong by itself or in contradiction to another. */
public final class ConfigException extends UserException {
  private static final long serialVersionUID = 1L;

  private final String key;
  private final String problem;

  /**
   * Settings refused as a whole.
   *
   * @param message one line that says where they come from
   */
  public ConfigException(String message) {
    super(message);
    this.key = "";
    this.problem = message;
  }

  private ConfigException(String source, String key, String problem) {
    super("%sSetting %s: %s".formatted(source.isEmpty() ? "" : source + ": ", key, problem));
    this.key = key;
    this.problem = problem;
  }

  /**
   * A refused setting.
   *
   * @param source the file or option that it comes from
   * @param key the setting's full key, such as {@code generator.layers.0.units}
   * @param problem what was found and what was expected
   */
  static ConfigException of(String source, String key, String problem) {
    return new ConfigException(source, key, problem);
  }

  /** The refused setting's key as far as its record knows it; "" for settings as a whole. */
  String key() {
    return key;
  }

  /** What was found and what was expected. */
  String problem() {
    return problem;
  }

  /**
   * Refuses a setting unless a condition holds; numbers that are not finite are refused in any
   * case.
   *
   * @param holds the condition
   * @param key the setting's key, such as {@code train.epochs}
   * @param found the value found
   * @param expected what is expected of it, to be read after "expected"
   * @throws ConfigException unless the condition holds
   */
  static void check(boolean holds, String key, Object found, String expected) {
    boolean finite = !(found instanceof Double number) || Double.isFinite(number);
    if (!holds || !finite) {
      throw of("", key, "found %s, expected %s".formatted(found, expected));
    }
  }
}
