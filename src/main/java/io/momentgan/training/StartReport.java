package io.momentgan.training;

import io.momentgan.config.Experiment;
import io.momentgan.config.Experiment.DeviceConfig;
import io.momentgan.config.TrainConfig.Gradients;
import io.momentgan.config.UserException;
import io.momentgan.device.Device;
import io.momentgan.device.Devices;
import io.momentgan.engine.Engine;
import io.momentgan.partition.Shard;
import io.momentgan.partition.Shards;
import io.momentgan.run.Checkpoint;
import io.momentgan.run.Run;
import io.momentgan.run.RunRecord;
import io.momentgan.run.metrics.Jsonl;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.run.metrics.StartLine;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.TaskContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who the workers are as a training begins: {@code metrics/start.jsonl}, a line each in the log,
 * and their devices in {@code run.yaml}.
 */
final class StartReport {
  private static final Logger LOG = LoggerFactory.getLogger(StartReport.class);

  private StartReport() {}

  /**
   * Asks each worker; one with a GPU makes a step on it first.
   *
   * @param checkpoint where the training goes on
   * @throws UserException when a worker's device is of no use
   */
  static void write(Shards shards, Run run, Optional<Checkpoint> checkpoint) {
    Experiment experiment = run.record().experiment();
    List<Worker> workers =
        shards.rdd().map(shard -> worker(shard, experiment, TaskContext.get())).collect();
    List<StartLine> lines = workers.stream().map(Worker::line).toList();
    lines.forEach(line -> LOG.info("{}", line));
    if (experiment.train().gradients() == Gradients.DEVICES) {
      requireGroup(workers);
    }
    String devices =
        workers.stream()
            .map(worker -> worker.device().name())
            .distinct()
            .sorted()
            .collect(Collectors.joining(" and "));
    long made = checkpoint.map(each -> each.manifest().step()).orElse(0L);
    run.folder().publish(RunRecord.FILE, run.record().goingOn(made, devices).toYaml());
    try (Jsonl<StartLine> log =
        Jsonl.create(run.folder(), MetricsTable.START, experiment.train().seed())) {
      lines.forEach(log::append);
    }
  }

  /**
   * A worker of a process.
   *
   * @param device what it computes on
   * @param process number of its process on its host
   * @param line what is written of it
   */
  record Worker(Device device, long process, StartLine line) implements Serializable {
    private String place() {
      return "%s of %s, process %d".formatted(device, line.host(), process);
    }
  }

  /**
   * Refuses devices that cannot average gradients among themselves: several workers on one GPU, or
   * GPUs and CPUs together.
   */
  static void requireGroup(List<Worker> workers) {
    Map<Boolean, List<Worker>> byKind =
        workers.stream().collect(Collectors.partitioningBy(worker -> worker.device().isGpu()));
    if (!byKind.get(true).isEmpty() && !byKind.get(false).isEmpty()) {
      throw new UserException(
          "Setting train.gradients: found devices with a worker on %s and one on %s, expected GPUs or CPUs alone; set device.use=gpu or device.use=cpu, or start a run with train.gradients=shared"
              .formatted(byKind.get(true).get(0).place(), byKind.get(false).get(0).place()));
    }
    Map<String, List<Worker>> byGpu =
        byKind.get(true).stream()
            .collect(Collectors.groupingBy(Worker::place, TreeMap::new, Collectors.toList()));
    byGpu.forEach(
        (gpu, sharing) -> {
          if (sharing.size() > 1) {
            throw new UserException(
                "Setting train.gradients: found devices with %d workers on %s, expected one on each GPU; set train.workers=%d (--workers), or start a run with train.gradients=shared"
                    .formatted(sharing.size(), gpu, byGpu.size()));
          }
        });
  }

  private static Worker worker(Shard shard, Experiment experiment, TaskContext task) {
    String host = host();
    DeviceConfig.Use use = experiment.device().use();
    Engine engine = Engine.of(experiment.engine());
    Device device = engine.bind(Devices.choose(task, experiment.device(), engine.gpus()));
    if (device.isGpu() && use == DeviceConfig.Use.CPU) {
      throw new UserException(
          "Setting device.use: found cpu, but worker %d on %s computes on %s; set BACKEND_PRIORITY_CPU=1000 in its environment"
              .formatted(shard.rank(), host, device));
    }
    engine.tryOut(device, host);
    if (!device.isGpu() && use == DeviceConfig.Use.GPU) {
      throw new UserException(
          "Setting device.use: found gpu, but worker %d on %s computes on its CPU (%s), expected a GPU; mend that, or set device.use=auto"
              .formatted(shard.rank(), host, engine.whyNoGpu()));
    }
    return new Worker(
        device,
        ProcessHandle.current().pid(),
        new StartLine(
            shard.rank(),
            host,
            device.toString(),
            Devices.addresses(task),
            device.memoryBytes(),
            shard.images().count(),
            labels(shard.images().labels())));
  }

  /** Counts the images of each class. */
  private static List<StartLine.LabelCount> labels(byte[] labels) {
    Map<Integer, Integer> counts = new TreeMap<>();
    for (byte label : labels) {
      counts.merge(label & 0xFF, 1, Integer::sum);
    }
    return counts.entrySet().stream()
        .map(e -> new StartLine.LabelCount(e.getKey(), e.getValue()))
        .toList();
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }
}
