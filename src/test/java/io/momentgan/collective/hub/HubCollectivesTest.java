package io.momentgan.collective.hub;

import io.momentgan.collective.CollectiveContractTest;
import io.momentgan.collective.CollectiveFactory;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract between two processes' connections, the even ranks on one, the odd on the other. */
class HubCollectivesTest extends CollectiveContractTest {
  protected static Loopback loopback;
  protected static List<WorkerProcess> processes;

  @BeforeAll
  static void openHub() {
    loopback = new Loopback();
    processes = List.of(loopback.process(), loopback.process());
  }

  @AfterAll
  static void closeHub() {
    loopback.close();
  }

  @Override
  protected CollectiveFactory factory() {
    return (group, rank, meeting) ->
        loopback.join(
            loopback.client(processes.get(rank % 2)),
            group,
            rank,
            meeting.size(),
            meeting.deadline());
  }
}
