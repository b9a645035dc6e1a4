package io.momentgan.ml;

import io.momentgan.config.Experiment;
import io.momentgan.config.Seeds;
import io.momentgan.data.ImageShape;
import io.momentgan.data.Images;
import io.momentgan.export.Generation;
import io.momentgan.network.state.NetworkState;
import io.momentgan.sampling.Pixels;
import io.momentgan.sampling.Sampler;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;

/**
 * A generated image for each row.
 *
 * @param experiment settings of the run
 * @param shape shape of its images
 * @param generator the generator
 * @param seed of the latent vectors
 * @param labels the column of classes; empty to draw classes in turn
 * @param at its place in a row
 */
record GeneratedColumn(
    Experiment experiment,
    ImageShape shape,
    Broadcast<NetworkState> generator,
    long seed,
    String labels,
    int at)
    implements AddedColumn {
  @Override
  public Opened open() {
    Sampler sampler = new Sampler(experiment, shape);
    return new Opened() {
      private int blocks;

      @Override
      public List<Row> next(List<Row> block) {
        return images(sampler, block, blocks++);
      }
    };
  }

  /** Draws whole blocks: with batch normalisation by the batch, an image depends on the others. */
  private List<Row> images(Sampler sampler, List<Row> block, int number) {
    int[] classes = sampler.classes(BLOCK);
    if (!labels.isEmpty()) {
      ClassColumn column = new ClassColumn(labels);
      for (int i = 0; i < block.size(); i++) {
        classes[i] = column.of(block.get(i), at, experiment.labels().drawn());
      }
    }
    long seedOfBlock = Seeds.of(seed, Seeds.Use.DRAWS, TaskContext.getPartitionId(), number);
    float[][] drawn = sampler.draw(generator.value(), classes, seedOfBlock);
    return IntStream.range(0, block.size())
        .mapToObj(i -> new Images(shape, Pixels.ofRows(drawn[i]), new byte[0]))
        .map(image -> Generation.struct(image, 0))
        .toList();
  }
}
