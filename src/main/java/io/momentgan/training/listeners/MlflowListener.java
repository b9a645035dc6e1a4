package io.momentgan.training.listeners;

import io.momentgan.device.StopRequests;
import io.momentgan.network.state.Snapshot;
import io.momentgan.run.Run;
import io.momentgan.run.RunProgress;
import io.momentgan.tracking.MlflowRun;
import io.momentgan.tracking.MlflowRun.Status;
import io.momentgan.tracking.MlflowServer;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a run's settings and metrics to MLflow, if there is a server: at the end, and after epochs
 * as long as that takes at most a fiftieth of the time. A server that cannot be reached is one
 * warning; what it missed is sent after a later epoch.
 */
public final class MlflowListener extends SparingListener {
  private static final Logger LOG = LoggerFactory.getLogger(MlflowListener.class);

  private final Optional<MlflowServer> server;
  private final Optional<MlflowRun> mlflow;
  private final StopRequests stop;
  private boolean finished;
  private boolean failing;
  private boolean warned;

  /**
   * A listener of a run; it must hear of a round after those that write metrics.
   *
   * @param run the run
   * @param server the tracking server, if there is one
   * @param stop tells whether a signal ended the training
   */
  public MlflowListener(Run run, Optional<MlflowServer> server, StopRequests stop) {
    super(System::nanoTime);
    this.server = server;
    this.mlflow = server.map(each -> new MlflowRun(run, each));
    this.stop = stop;
  }

  @Override
  public void begin(Snapshot start, RunProgress progress) {
    super.begin(start, progress);
    publish();
  }

  @Override
  void afterEpoch(int epoch) {
    publish();
  }

  @Override
  public void publish() {
    mlflow.ifPresent(each -> attempt(() -> each.send(newest())));
  }

  @Override
  public void finished() {
    finished = true;
  }

  @Override
  public void close() {
    if (!failing) { // a server that does not answer would take its time again
      mlflow.ifPresent(each -> attempt(() -> each.end(status())));
    }
  }

  private Status status() {
    if (finished) {
      return Status.FINISHED;
    }
    return stop.received().isPresent() ? Status.KILLED : Status.FAILED;
  }

  private void attempt(Runnable sending) {
    try {
      sending.run();
      if (failing) {
        LOG.info("{}: reached, and given what it missed", server.orElseThrow());
      }
      failing = false;
    } catch (RuntimeException e) {
      failing = true;
      LOG.debug("MLflow fails", e);
      if (!warned) {
        warned = true;
        LOG.warn(
            "{}: {}; the training goes on without MLflow, and tries again after later epochs",
            server.orElseThrow(),
            e.getMessage());
      }
    }
  }
}
