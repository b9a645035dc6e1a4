package io.momentgan.averaging;

import io.momentgan.averaging.GanTrainingMaster.RunContext;
import io.momentgan.collective.Collective;
import io.momentgan.collective.Group;
import io.momentgan.collective.MeasuredCollective;
import io.momentgan.collective.Meeting;
import io.momentgan.partition.Round;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.TaskCompletionListener;
import org.apache.spark.util.TaskFailureListener;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.spark.api.WorkerConfiguration;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingResult;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingWorker;
import org.nd4j.linalg.api.memory.MemoryWorkspaceManager;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The worker of dl4j-spark's parameter averaging, for a pair of networks: dl4j-spark hands it the
 * discriminator and the batches of a round; the session holds the generator.
 */
final class GanTrainingWorker extends ParameterAveragingTrainingWorker {
  private static final long serialVersionUID = 1L;

  private final Broadcast<RunContext> context;
  private final Handover handover;
  private final Round round;
  private final Meeting meeting;
  private final LongAccumulator iterations;
  private transient WorkerSession session;

  GanTrainingWorker(
      Broadcast<RunContext> context,
      Handover handover,
      Round round,
      Meeting meeting,
      LongAccumulator iterations,
      WorkerConfiguration configuration) {
    super(null, true, configuration, null, null, null);
    this.context = context;
    this.handover = handover;
    this.round = round;
    this.meeting = meeting;
    this.iterations = iterations;
  }

  @Override
  public MultiLayerNetwork getInitialModel() {
    MeasuredCollective collective = new MeasuredCollective(join(TaskContext.get()));
    session = WorkerSession.begin(context.getValue(), handover, round, collective, host());
    return session.networks().structure().discriminator().model();
  }

  @Override
  public ParameterAveragingTrainingResult processMinibatch(
      DataSet batch, MultiLayerNetwork discriminator, boolean isLast) {
    if (TaskContext.get().isInterrupted()) {
      throw new IllegalStateException("The round was cancelled");
    }
    boolean goesOn = session.train((RoundBatches.BatchesDataSet) batch, isLast);
    // Reaches the driver with the executor's next heartbeat.
    iterations.add(1);
    return goesOn ? null : session.result();
  }

  @Override
  public ParameterAveragingTrainingResult getFinalResult(MultiLayerNetwork discriminator) {
    return session.result();
  }

  /** Joins the group and tells it how the task ended. */
  private Collective join(TaskContext task) {
    RunContext run = context.getValue();
    Collective collective =
        run.collectives()
            .join(
                new Group(
                    run.run(),
                    round.number(),
                    task.stageId(),
                    task.stageAttemptNumber(),
                    task.attemptNumber()),
                task.partitionId(),
                meeting);
    TaskFailureListener onFailure = (t, error) -> collective.abort(String.valueOf(error));
    TaskCompletionListener onCompletion =
        t -> {
          collective.close();
          destroyWorkspaces();
        };
    task.addTaskFailureListener(onFailure);
    task.addTaskCompletionListener(onCompletion);
    return collective;
  }

  private static void destroyWorkspaces() {
    // Workspaces belong to threads, which Spark keeps. destroyAllWorkspacesForCurrentThread would
    // call System.gc() each time.
    MemoryWorkspaceManager workspaces = Nd4j.getWorkspaceManager();
    List.copyOf(workspaces.getAllWorkspacesForCurrentThread())
        .forEach(workspaces::destroyWorkspace);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }
}
