package io.momentgan.onnx;

import io.momentgan.config.Experiment;
import io.momentgan.config.Experiment.LatentConfig;
import io.momentgan.config.LabelsConfig;
import io.momentgan.config.LayerConfig;
import io.momentgan.config.NetworkConfig;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.network.state.NetworkState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * ONNX models of an experiment's networks, which give what the networks give in sampling, for any
 * number n of rows.
 *
 * @param experiment the settings
 * @param shape shape of the images
 */
public record OnnxModels(Experiment experiment, ImageShape shape) {
  /**
   * Translates a generator.
   *
   * <p>Inputs are "z" [n, latent.size] and, if it is told classes, "labels" [n] of integers; the
   * output is "images" [n, channels, height, width] in the range of its activation.
   *
   * @param state its parameters
   * @param about metadata of the model, to which this adds those of the settings
   * @return bytes of the file
   * @throws UserException naming what an ONNX file cannot have
   */
  public byte[] generator(NetworkState state, Map<String, String> about) {
    Network network = GanNetworks.generatorForUse(experiment, shape);
    network.load(state);
    Translation translation =
        translation("generator", network, experiment.generator(), experiment.labels().drawn());
    GraphRows rows = translation.run("z", experiment.latent().size());
    rows.reshape(image());
    rows.graph().output("images", rows.name(), image());
    Map<String, String> metadata = metadata(about, experiment.generator());
    LatentConfig latent = experiment.latent();
    metadata.put("latent.distribution", name(latent.distribution()));
    if (latent.distribution() == LatentConfig.Distribution.UNIFORM) {
      metadata.put("latent.low", String.valueOf(latent.low()));
      metadata.put("latent.high", String.valueOf(latent.high()));
    }
    return rows.graph().model(metadata);
  }

  /**
   * Translates a discriminator.
   *
   * <p>Inputs are "images" [n, channels, height, width], in the range of the generator's, and, if
   * it is told classes, "labels" [n] of integers. Outputs are logits: "real" [n, 1], and "classes"
   * [n, classes] of a class head; of a classifier "classes" alone.
   *
   * @param state its parameters
   * @param about metadata of the model, to which this adds those of the settings
   * @return bytes of the file
   * @throws UserException naming what an ONNX file cannot have
   */
  public byte[] discriminator(NetworkState state, Map<String, String> about) {
    Network network = GanNetworks.discriminatorForUse(experiment, shape);
    network.load(state);
    LabelsConfig labels = experiment.labels();
    boolean told =
        labels.predicted() == 0 && labels.discriminator() != LabelsConfig.Use.NONE && labels.on();
    Translation translation =
        translation(
            "discriminator", network, experiment.discriminator(), told ? labels.classes() : 0);
    GraphRows rows = translation.run("images", image());
    rows.flatten();
    OnnxGraph graph = rows.graph();
    int predicted = labels.predicted();
    if (labels.classifier()) {
      graph.output("classes", rows.name(), predicted);
    } else if (predicted == 0) {
      graph.output("real", rows.name(), 1);
    } else {
      graph.output("real", columns(rows, 0, 1), 1);
      graph.output("classes", columns(rows, 1, 1 + predicted), predicted);
    }
    return graph.model(metadata(about, experiment.discriminator()));
  }

  private static Translation translation(
      String name, Network network, NetworkConfig config, int classes) {
    return new Translation(name, network.plain(), config.batchNorm().sampling(), classes);
  }

  private static String columns(GraphRows rows, long from, long to) {
    OnnxGraph graph = rows.graph();
    String first = graph.integers(from);
    String end = graph.integers(to);
    return graph.node("Slice", List.of(rows.name(), first, end, graph.integers(1)));
  }

  private long[] image() {
    return new long[] {shape.channels(), shape.height(), shape.width()};
  }

  private Map<String, String> metadata(Map<String, String> about, NetworkConfig network) {
    Map<String, String> metadata = new LinkedHashMap<>(about);
    int black = (int) experiment.generator().output().black();
    metadata.put("range", "[%d, 1]".formatted(black));
    if (network.layers().stream().anyMatch(LayerConfig::batchNorm)) {
      metadata.put("batch-norm.sampling", name(network.batchNorm().sampling()));
    }
    return metadata;
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
