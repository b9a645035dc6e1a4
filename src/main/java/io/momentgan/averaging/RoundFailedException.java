package io.momentgan.averaging;

import io.momentgan.partition.Round;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An attempt at a round failed: a worker or its executor was lost, hung, or threw. */
public final class RoundFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final Pattern REASON =
      Pattern.compile("(?:Exception|Error|Reason|ExecutorLostFailure)[^\\n:]*: *([^\\n]+)");

  RoundFailedException(Round round, Exception cause) {
    super("Round %d failed: %s".formatted(round.number() + 1, reason(cause)), cause);
  }

  /** Finds a worker's own message in the many lines of Spark's. */
  private static String reason(Exception cause) {
    String message = String.valueOf(cause.getMessage());
    Matcher own = REASON.matcher(message);
    return own.find() ? own.group(1).strip() : message.lines().findFirst().orElse("");
  }
}
