package io.momentgan.collective.hub;

import java.time.Duration;

/** A run that the driver has registered; guarded by the hub. */
final class HubRun {
  private final int size;
  private final Duration deadline;
  private final long mostBytes;
  private long round = -1;
  private HubGroup newest;

  HubRun(int size, Duration deadline, long mostBytes) {
    this.size = size;
    this.deadline = deadline;
    this.mostBytes = mostBytes;
  }

  int size() {
    return size;
  }

  Duration deadline() {
    return deadline;
  }

  long mostBytes() {
    return mostBytes;
  }

  long round() {
    return round;
  }

  void admit(long next) {
    round = next;
  }

  /** The newest group; null before the first. */
  HubGroup newest() {
    return newest;
  }

  void begin(HubGroup group) {
    newest = group;
  }
}
