package io.momentgan.config;

/** A setting that is unknown, missing, wrong by itself or in contradiction to another. */
public final class ConfigException extends UserException {
  private static final long serialVersionUID = 1L;

  /**
   * A refused setting.
   *
   * @param message one line that names the setting's key
   */
  public ConfigException(String message) {
    super(message);
  }

  /**
   * Refuses a setting unless a condition holds.
   *
   * @param holds the condition
   * @param key the setting's key, such as {@code train.epochs}
   * @param found the value found
   * @param expected what is expected of it, to be read after "expected"
   * @throws ConfigException unless the condition holds
   */
  static void check(boolean holds, String key, Object found, String expected) {
    if (!holds) {
      throw new ConfigException(
          "Setting %s: found %s, expected %s".formatted(key, found, expected));
    }
  }
}
