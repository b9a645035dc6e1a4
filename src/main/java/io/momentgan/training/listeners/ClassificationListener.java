package io.momentgan.training.listeners;

import io.momentgan.classification.Ensemble;
import io.momentgan.classification.ErrorCount;
import io.momentgan.classification.TestImages;
import io.momentgan.data.DataSet;
import io.momentgan.network.state.Snapshot;
import io.momentgan.run.Run;
import io.momentgan.run.RunProgress;
import io.momentgan.run.metrics.ClassificationLine;
import io.momentgan.run.metrics.Jsonl;
import io.momentgan.run.metrics.MetricsTable;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the errors on test images after each epoch, if the discriminator names classes. */
public final class ClassificationListener implements TrainingListener {
  private static final Logger LOG = LoggerFactory.getLogger(ClassificationListener.class);

  private final JavaSparkContext spark;
  private final Run run;
  private final DataSet data;
  private Optional<TestImages> images = Optional.empty();

  /** Null before the beginning. */
  private Jsonl<ClassificationLine> errors;

  /** Counts a run's errors on its test images after each epoch, if it classifies. */
  public ClassificationListener(JavaSparkContext spark, Run run, DataSet data) {
    this.spark = spark;
    this.run = run;
    this.data = data;
  }

  @Override
  public void begin(Snapshot start, RunProgress progress) {
    long seed = run.record().experiment().train().seed();
    errors = Jsonl.reopen(run.folder(), MetricsTable.CLASSIFICATION, seed, start.round());
    if (run.record().experiment().labels().predicted() == 0) {
      return;
    }
    images = TestImages.of(spark, data);
    if (images.isEmpty()) {
      LOG.info(
          "{}: found no labelled test images, so errors are not counted; data.validation holds some out",
          data.uri());
    }
  }

  @Override
  public void roundEnded(RoundEnd end) {
    if (end.round().lastOfEpoch()) {
      images.ifPresent(test -> count(end, test));
    }
  }

  private void count(RoundEnd end, TestImages test) {
    Snapshot snapshot = end.snapshot();
    ErrorCount count = test.errors(new Ensemble(List.of(run.classifier(snapshot.classifier()))));
    String weights = snapshot.emaDiscriminator().isPresent() ? "ema" : "raw";
    errors.append(ClassificationLine.of(end.round().epoch(), snapshot.round(), count, weights));
    LOG.info(
        "Epoch {}: {} errors of {}",
        end.round().epoch(),
        count.together(),
        count.of(count.together()));
  }

  @Override
  public void close() {
    images.ifPresent(TestImages::close);
    if (errors != null) {
      errors.close();
    }
  }
}
