package io.momentgan.collective.hub;

import io.momentgan.collective.Meeting;

/** A run that the driver has registered; guarded by the hub. */
final class HubRun {
  private final Meeting meeting;
  private long round = -1;
  private HubGroup newest;

  HubRun(Meeting meeting) {
    this.meeting = meeting;
  }

  Meeting meeting() {
    return meeting;
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
