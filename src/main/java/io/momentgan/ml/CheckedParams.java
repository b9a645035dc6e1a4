package io.momentgan.ml;

import io.momentgan.config.UserException;
import java.io.Serializable;
import java.util.List;
import java.util.function.Predicate;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import scala.Function1;

/** Parameters that refuse a value in one line, however it is set. */
final class CheckedParams {
  private CheckedParams() {}

  /** A parameter that is any text but a blank one. */
  static Param<String> text(Params owner, String name, String doc) {
    return new Param<>(owner, name, doc, check(name, text -> !text.isBlank(), "a text"));
  }

  /** A parameter that is one of a few texts. */
  static Param<String> choice(Params owner, String name, String doc, List<String> choices) {
    String expected = "one of " + String.join(", ", choices);
    return new Param<>(owner, name, doc, check(name, choices::contains, expected));
  }

  /** A parameter that is a whole number from 1 on. */
  static IntParam count(Params owner, String name, String doc) {
    return new IntParam(
        owner, name, doc, check(name, value -> (int) value > 0, "a positive number"));
  }

  /** A predicate of serializable parts, as parameters are. */
  private interface Check<T> extends Predicate<T>, Serializable {}

  private static <T> Function1<T, Object> check(String name, Check<T> check, String expected) {
    return (Function1<T, Object> & Serializable)
        value -> {
          if (value == null || !check.test(value)) {
            throw new UserException(
                "%s: found %s, expected %s"
                    .formatted(name, "".equals(value) ? "an empty text" : value, expected));
          }
          return true;
        };
  }
}
