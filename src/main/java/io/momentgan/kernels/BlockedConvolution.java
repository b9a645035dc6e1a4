package io.momentgan.kernels;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;

/**
 * A convolution by oneDNN's own loops: without a matrix of patches, and without products by what
 * lies outside an image. Where they are slow, products of patches take their place.
 */
final class BlockedConvolution implements ConvolutionPasses {
  /** Channels in a block: of images with fewer, most of one would be nothing. */
  static final int BLOCK = 16;

  /** Columns of a map from which on oneDNN's gradients by the weights are faster than products. */
  private static final int WIDE = 8;

  /** Batches of so many sizes take turns. */
  private static final int SIZES = 2;

  private final Patches patches;
  private final int maps;
  private final PatchProducts products;
  private final stream queue = new stream(BlockedArray.PROCESSOR);
  private final Map<Integer, Batch> batches = new LinkedHashMap<>();

  BlockedConvolution(Patches patches, int maps) {
    this.patches = patches;
    this.maps = maps;
    this.products = new PatchProducts(patches, maps);
  }

  @Override
  public boolean fit(Patches otherPatches, int otherMaps) {
    return patches.equals(otherPatches) && maps == otherMaps;
  }

  @Override
  public void toMaps(float[] images, int count, FloatPointer weights, float[] into) {
    Loop loop = batch(count).toMaps();
    loop.first.load(images, queue);
    loop.second.load(weights, queue);
    loop.run();
    loop.result.store(into, queue);
  }

  @Override
  public void toImages(float[] ofMaps, int count, FloatPointer weights, float[] into) {
    if (patches.channels() < BLOCK) {
      products.toImages(ofMaps, count, weights, into);
      return;
    }
    Loop loop = batch(count).toImages();
    loop.first.load(ofMaps, queue);
    loop.second.load(weights, queue);
    loop.run();
    loop.result.store(into, queue);
  }

  @Override
  public void gradient(float[] images, float[] ofMaps, int count, FloatPointer gradient) {
    if (patches.mapWidth() < WIDE) {
      products.gradient(images, ofMaps, count, gradient);
      return;
    }
    Loop loop = batch(count).toWeights();
    loop.first.load(images, queue);
    loop.second.load(ofMaps, queue);
    loop.run();
    loop.result.store(gradient, queue);
  }

  private Batch batch(int count) {
    if (!batches.containsKey(count) && batches.size() == SIZES) {
      batches.remove(batches.keySet().iterator().next());
    }
    return batches.computeIfAbsent(count, Batch::new);
  }

  /** oneDNN's loops with what they read and write. */
  private final class Loop {
    private final primitive loop;
    private final BlockedArray first;
    private final BlockedArray second;
    private final BlockedArray result;
    private final IntMemoryMap arguments = new IntMemoryMap();

    Loop(
        primitive loop,
        primitive_desc_base description,
        BlockedArray first,
        BlockedArray second,
        BlockedArray result) {
      this.loop = loop;
      this.first = first;
      this.second = second;
      this.result = result;
      // The library's own scratchpad belongs to the thread that has made the loop.
      arguments.put(
          dnnl.DNNL_ARG_SCRATCHPAD,
          new memory(description.scratchpad_desc(), BlockedArray.PROCESSOR));
    }

    Loop with(int ofFirst, int ofSecond, int ofResult) {
      arguments.put(ofFirst, first.blocks());
      arguments.put(ofSecond, second.blocks());
      arguments.put(ofResult, result.blocks());
      return this;
    }

    void run() {
      loop.execute(queue, arguments);
    }
  }

  /** The loops of batches of one size, made when they are first needed. */
  private final class Batch {
    private final long[] imageShape;
    private final long[] mapShape;
    private final long[] weightShape = {
      maps, patches.channels(), patches.kernel(), patches.kernel()
    };
    private final BlockedArray.Kinds images;
    private final BlockedArray.Kinds ofMaps;
    private final BlockedArray.Kinds weights;
    private final convolution_forward.primitive_desc forward;
    private Loop toMaps;
    private Loop toImages;
    private Loop toWeights;

    Batch(int count) {
      imageShape = new long[] {count, patches.channels(), patches.height(), patches.width()};
      mapShape = new long[] {count, maps, patches.mapHeight(), patches.mapWidth()};
      images = new BlockedArray.Kinds(memory.format_tag.nchw, imageShape);
      ofMaps = new BlockedArray.Kinds(memory.format_tag.nchw, mapShape);
      weights = new BlockedArray.Kinds(memory.format_tag.oihw, weightShape);
      forward =
          new convolution_forward.primitive_desc(
              new convolution_forward.desc(
                  dnnl.prop_kind.forward_training,
                  dnnl.algorithm.convolution_direct,
                  any(imageShape),
                  any(weightShape),
                  any(mapShape),
                  strides(),
                  before(),
                  behind()),
              attributes(),
              BlockedArray.PROCESSOR);
    }

    Loop toMaps() {
      if (toMaps == null) {
        toMaps =
            new Loop(
                    new convolution_forward(forward),
                    forward,
                    images.of(forward.src_desc()),
                    weights.of(forward.weights_desc()),
                    ofMaps.of(forward.dst_desc()))
                .with(dnnl.DNNL_ARG_SRC, dnnl.DNNL_ARG_WEIGHTS, dnnl.DNNL_ARG_DST);
      }
      return toMaps;
    }

    Loop toImages() {
      if (toImages == null) {
        convolution_backward_data.primitive_desc back =
            new convolution_backward_data.primitive_desc(
                new convolution_backward_data.desc(
                    dnnl.algorithm.convolution_direct,
                    any(imageShape),
                    any(weightShape),
                    any(mapShape),
                    strides(),
                    before(),
                    behind()),
                attributes(),
                BlockedArray.PROCESSOR,
                forward);
        toImages =
            new Loop(
                    new convolution_backward_data(back),
                    back,
                    ofMaps.of(back.diff_dst_desc()),
                    weights.of(back.weights_desc()),
                    images.of(back.diff_src_desc()))
                .with(dnnl.DNNL_ARG_DIFF_DST, dnnl.DNNL_ARG_WEIGHTS, dnnl.DNNL_ARG_DIFF_SRC);
      }
      return toImages;
    }

    Loop toWeights() {
      if (toWeights == null) {
        convolution_backward_weights.primitive_desc back =
            new convolution_backward_weights.primitive_desc(
                new convolution_backward_weights.desc(
                    dnnl.algorithm.convolution_direct,
                    any(imageShape),
                    any(weightShape),
                    any(mapShape),
                    strides(),
                    before(),
                    behind()),
                attributes(),
                BlockedArray.PROCESSOR,
                forward);
        toWeights =
            new Loop(
                    new convolution_backward_weights(back),
                    back,
                    images.of(back.src_desc()),
                    ofMaps.of(back.diff_dst_desc()),
                    weights.of(back.diff_weights_desc()))
                .with(dnnl.DNNL_ARG_SRC, dnnl.DNNL_ARG_DIFF_DST, dnnl.DNNL_ARG_DIFF_WEIGHTS);
      }
      return toWeights;
    }
  }

  /** In the order that is best for a loop. */
  private static memory.desc any(long... shape) {
    return new memory.desc(shape, memory.data_type.f32, memory.format_tag.any);
  }

  private static primitive_attr attributes() {
    primitive_attr attributes = new primitive_attr();
    attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user);
    return attributes;
  }

  private long[] strides() {
    return new long[] {patches.stride(), patches.stride()};
  }

  private long[] before() {
    return new long[] {patches.top(), patches.left()};
  }

  private long[] behind() {
    return new long[] {
      patches.paddedHeight() - patches.height() - patches.top(),
      patches.paddedWidth() - patches.width() - patches.left()
    };
  }
}
