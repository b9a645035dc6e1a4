package io.momentgan.ml;

import io.momentgan.run.Checkpoints;
import io.momentgan.run.Run;
import io.momentgan.run.RunRecord;
import io.momentgan.storage.Folder;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;

/**
 * A saved model: Spark ML's {@code metadata}, and beside it the folder of a run with one
 * checkpoint.
 */
final class ModelFiles {
  private ModelFiles() {}

  /** Saves a model. */
  static final class Writer extends MLWriter {
    private final GanModel model;
    private final Run run;
    private final long step;

    Writer(GanModel model, Run run, long step) {
      this.model = model;
      this.run = run;
      this.step = step;
    }

    @Override
    public void saveImpl(String path) {
      DefaultParamsWriter.saveMetadata(
          model,
          path,
          sc(),
          DefaultParamsWriter.saveMetadata$default$4(),
          DefaultParamsWriter.saveMetadata$default$5());
      Folder copy = Folder.at(path, HostProcess.hadoopFor(path)).child(run.folder().name());
      String checkpoint = Checkpoints.path(step);
      for (Folder.Entry file : run.folder().list(checkpoint)) {
        String name = checkpoint + "/" + file.name();
        copy.publish(name, run.folder().read(name));
      }
      copy.publish(RunRecord.FILE, run.record().toYaml());
    }
  }

  /** Loads a model. */
  static final class Reader extends MLReader<GanModel> {
    @Override
    public GanModel load(String path) {
      DefaultParamsReader.Metadata metadata =
          DefaultParamsReader.loadMetadata(path, sc(), GanModel.class.getName());
      GanModel model = GanModel.trained(metadata.uid(), sparkSession(), path);
      metadata.getAndSetParams(model, metadata.getAndSetParams$default$2());
      return model;
    }
  }
}
