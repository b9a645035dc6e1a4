package io.momentgan.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.momentgan.Experiments;
import io.momentgan.config.Experiment;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.device.Cluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreflightTest {
  private static final Experiment FOUR = Experiments.small("train.workers=4");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spark.master=local-cluster[4,1,1024]|4",
        "spark.master=local-cluster[2, 3, 1024];spark.task.cpus=2|2",
        "spark.master=yarn;spark.executor.instances=3;spark.executor.cores=2|6",
        "spark.master=yarn;spark.executor.instances=3|3",
        "spark.master=yarn|-1",
        "spark.master=local|1",
        "spark.master=local[3]|3",
        "spark.master=local[3,2]|3",
        "spark.master=spark://host:7077|-1",
        "spark.master=spark://host:7077;spark.cores.max=9;spark.task.cpus=2|4"
      })
  void slotsAreWhatTheSettingsSay(String settings, int slots) {
    assertThat(Cluster.slots(conf(settings)).orElse(-1)).isEqualTo(slots);
  }

  private static final ImageShape SMALL = new ImageShape(1, 28, 28);

  /** 80 million parameters and 160 million values of Adam: 915 MiB for each state. */
  private static final Experiment LARGE =
      Experiments.small("generator.layers.0.units=100000", "train.workers=2");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spark.master=local[2]|1024|-Xmx: found 1,024 MiB for networks of 78,",
        "spark.master=local[2]|1024|raise the driver's heap by -Xmx (MOMENTGAN_JAVA_OPTS=-Xmx2g",
        "spark.master=yarn|1024|spark.driver.memory: found 1,024 MiB",
        "spark.master=yarn|8192|spark.executor.memory: found 1,024 MiB",
        "spark.master=yarn;spark.executor.memory=3g;spark.executor.cores=2|8192|an executor of 2 workers",
        "spark.master=yarn;spark.executor.memory=x|8192|found x, expected a size such as 4g"
      })
  void networksThatMemoryDoesNotHoldAreRefused(String settings, long heapMiB, String message) {
    assertThatThrownBy(() -> TrainingMemory.require(LARGE, SMALL, conf(settings), heapMiB << 20))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spark.master=local[2]|2048",
        "spark.master=yarn;spark.executor.memory=2g|2048",
        "spark.master=yarn;spark.executor.memory=4096;spark.executor.cores=2|2048"
      })
  void networksThatMemoryMayHoldAreNot(String settings, long heapMiB) {
    assertThatCode(() -> TrainingMemory.require(LARGE, SMALL, conf(settings), heapMiB << 20))
        .doesNotThrowAnyException();
  }

  @Test
  void moreWorkersThanSlotsAreRefused() {
    assertThatThrownBy(
            () -> Preflight.checkCluster(FOUR, conf("spark.master=local-cluster[3,1,1024]")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("train.workers: found 4, expected at most 3")
        .hasMessageContaining("spark.executor.instances");
  }

  @ParameterizedTest
  @CsvSource({"1,2", "1,1", "2,2", "3,2", "5,3", "63,1", "7,4"})
  void adviceOnSmallDataWorksWhenItIsFollowed(int count, int workers) {
    for (String weight : new String[] {"0", "0.1"}) {
      String[] settings = {
        "train.workers=" + workers,
        "train.batch-size=64",
        "moments.mean-weight=" + weight,
        "moments.variance-weight=0"
      };
      Throwable refusal =
          catchThrowable(() -> Preflight.requireFullBatch(Experiments.small(settings), count));
      assertThat(refusal).isInstanceOf(UserException.class);
      String advice = refusal.getMessage().replaceFirst(".*; ", "");
      Map<String, String> followed = new LinkedHashMap<>();
      for (String setting : settings) {
        followed.put(setting.replaceFirst("=.*", ""), setting);
      }
      Pattern.compile("([a-z.-]+)=[0-9]+")
          .matcher(advice)
          .results()
          .forEach(match -> followed.put(match.group(1), match.group()));
      Experiment experiment = Experiments.small(followed.values().toArray(String[]::new));
      assertThatCode(() -> Preflight.requireFullBatch(experiment, count))
          .as(advice)
          .doesNotThrowAnyException();
    }
  }

  @Test
  void moreWorkersThanThreadsAreRefused() {
    assertThatThrownBy(() -> Preflight.checkCluster(FOUR, conf("spark.master=local[3]")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("train.workers: found 4, expected at most 3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"spark.dynamicAllocation.enabled", "spark.speculation"})
  void whatStartsOrStopsWorkersAtWillIsRefused(String setting) {
    assertThatThrownBy(
            () -> Preflight.checkCluster(FOUR, conf("spark.master=yarn;" + setting + "=true")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(setting + ": found true, expected false")
        .hasMessageContaining("set " + setting + "=false");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spark.master=local[4];spark.speculation=true",
        "spark.speculation=true",
        "spark.master=local-cluster[4,1,1024]",
        "spark.master=yarn"
      })
  void whatCanWorkPasses(String settings) {
    assertThatCode(() -> Preflight.checkCluster(FOUR, conf(settings))).doesNotThrowAnyException();
  }

  @Test
  void gradientsThatDevicesSendInClearAreRefusedWhereTheNetworkIsEncrypted() {
    Experiment devices = FOUR.with("engine=torch", "train.gradients=devices");
    String crypto = "spark.network.crypto.enabled=true";
    assertThatThrownBy(() -> Preflight.checkCluster(devices, conf("spark.master=yarn;" + crypto)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("Setting train.gradients: found devices with " + crypto)
        .hasMessageContaining("start a run with train.gradients=shared");
    assertThatCode(() -> Preflight.checkCluster(devices, conf("spark.master=yarn")))
        .doesNotThrowAnyException();
  }

  @Test
  void workersThatExchangeNothingMayRunOneAfterAnother() {
    Experiment apart = Experiments.small("train.workers=4", "moments.scope=partition");
    assertThatCode(
            () -> Preflight.checkCluster(apart, conf("spark.master=local-cluster[2,1,1024]")))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "moments.scope=global",
        "moments.scope=dataset",
        "moments.per-class=true",
        "moments.scope=partition;train.averaging-frequency=1",
        "moments.scope=partition;train.gradients=shared",
        "moments.scope=partition;train.warm-up=[{epochs: 1, averaging-frequency: 1}]",
        "moments.scope=partition;train.thresholds.d-loss=1",
        "moments.scope=partition;train.thresholds.g-loss=1"
      })
  void workersThatExchangeSomethingMustRunSideBySide(String settings) {
    Experiment four = Experiments.small(settings.split(";")).with("train.workers=4");
    assertThatThrownBy(
            () -> Preflight.checkCluster(four, conf("spark.master=local-cluster[2,1,1024]")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("train.workers: found 4, expected at most 2");
    assertThatCode(
            () ->
                Preflight.checkCluster(
                    four.with("train.workers=1"), conf("spark.master=local-cluster[1,1,1024]")))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spark.master=local[2];spark.serializer=org.apache.spark.serializer.KryoSerializer|spark.serializer: found \"org.apache.spark.serializer.KryoSerializer\" in the running application",
        "spark.master=spark://host:7077|spark.plugins: found \"\" in the running application",
        "spark.master=yarn;spark.plugins=io.momentgan.device.ExecutorSetup|spark.plugins: found \"io.momentgan.device.ExecutorSetup\""
      })
  void anApplicationThatNoTrainingCanJoinIsRefused(String settings, String message) {
    assertThatThrownBy(() -> Preflight.checkRunning(conf(settings)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("before the application starts");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spark.master=local[2]",
        "spark.master=yarn;spark.plugins=x.Y, io.momentgan.device.ExecutorSetup,io.momentgan.collective.hub.MomentGanPlugin"
      })
  void otherApplicationsAreJoined(String settings) {
    assertThatCode(() -> Preflight.checkRunning(conf(settings))).doesNotThrowAnyException();
  }

  @Test
  void aBufferOfPastImagesThatNoFileHoldsIsRefused() {
    ImageShape photos = new ImageShape(3, 256, 256);
    Preflight.requireReplayFits(2730, photos);
    assertThatThrownBy(() -> Preflight.requireReplayFits(2731, photos))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(
            "discriminator-input.replay-capacity: found 2731, expected at most 2730")
        .hasMessageContaining("set discriminator-input.replay-capacity=2730");
  }

  @Test
  void aMasterThatIsNotThereIsFoundOutAtOnce() throws IOException {
    int closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
      int open = closed;
      assertThatCode(() -> Cluster.requireMaster(master("127.0.0.1:1,127.0.0.1:" + open)))
          .doesNotThrowAnyException();
    }
    assertThatThrownBy(() -> Cluster.requireMaster(master("127.0.0.1:" + closed + ",one")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("spark.master: found spark://127.0.0.1:%d,one, expected", closed)
        .hasMessageContaining("127.0.0.1:%d: Connection refused; one: ", closed)
        .hasMessageContaining("--master");
  }

  private static SparkConf master(String addresses) {
    return conf("spark.master=spark://" + addresses);
  }

  private static SparkConf conf(String settings) {
    SparkConf conf = new SparkConf(false);
    Arrays.stream(settings.split(";"))
        .map(setting -> setting.split("=", 2))
        .forEach(pair -> conf.set(pair[0], pair[1]));
    return conf;
  }
}
