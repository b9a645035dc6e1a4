package io.momentgan.app;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.momentgan.config.EvaluationConfig.Weights;
import io.momentgan.config.Experiment;
import io.momentgan.onnx.OnnxModels;
import io.momentgan.run.Checkpoint;
import io.momentgan.run.Run;
import io.momentgan.run.RunRecord;
import io.momentgan.run.Versions;
import io.momentgan.storage.Folder;
import io.momentgan.storage.StorageCheck;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code export}: a run's networks for other programs. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description =
        "Writes a run's generator and discriminator as files for programs without Java:"
            + " generator.onnx and discriminator.onnx.")
final class ExportCommand implements Callable<Integer> {
  /** Format of the files, and their extension. */
  enum Format {
    ONNX
  }

  @Mixin private GeneratorOptions from;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "URI",
      description = "New folder for them (path, s3a:).")
  private String out;

  @Option(
      names = "--format",
      defaultValue = "ONNX",
      description = "onnx (default: ${DEFAULT-VALUE}).")
  private Format format;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Map<String, String> hadoop = from.store().hadoop();
    StorageCheck.requireWritable("--out", out, hadoop);
    Run run = from.run();
    RunRecord record = run.record();
    Checkpoint checkpoint = from.checkpoint(run);
    OnnxModels models = new OnnxModels(record.experiment(), record.shape());
    byte[] generator =
        models.generator(
            checkpoint.generator(from.weights()), about(run, checkpoint, from.weights()));
    Weights ofDiscriminator = ofDiscriminator(record.experiment());
    byte[] discriminator =
        models.discriminator(
            ofDiscriminator == Weights.EMA ? checkpoint.classifier() : checkpoint.discriminator(),
            about(run, checkpoint, ofDiscriminator));
    StorageCheck.requireEmpty("--out", out, hadoop);
    Folder folder = Folder.at(out, hadoop);
    String extension = "." + name(format);
    folder.publish("generator" + extension, generator);
    folder.publish("discriminator" + extension, discriminator);
    spec.commandLine()
        .getOut()
        .printf(
            "Generator and discriminator of epoch %d: %s%n", checkpoint.manifest().epoch(), out);
    return 0;
  }

  private Weights ofDiscriminator(Experiment experiment) {
    boolean kept = experiment.averaging().ema().discriminatorHalfLife() > 0;
    return kept ? from.weights() : Weights.RAW;
  }

  private static Map<String, String> about(Run run, Checkpoint checkpoint, Weights weights) {
    Map<String, String> about = new LinkedHashMap<>();
    about.put("run", run.folder().name());
    about.put("epoch", String.valueOf(checkpoint.manifest().epoch()));
    about.put("round", String.valueOf(checkpoint.manifest().step()));
    about.put("weights", name(weights));
    List<String> classes = run.record().data().classes();
    if (!classes.isEmpty()) {
      ArrayNode names = JsonMapper.builder().build().createArrayNode();
      classes.forEach(names::add);
      about.put("classes", names.toString());
    }
    about.put("momentgan", Versions.all().get("momentgan"));
    return about;
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
