package io.momentgan.kernels.loops;

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

/** oneDNN's loops of a convolution for batches of one size, made when first needed. */
final class ConvolutionLoops {
  private static final dnnl.algorithm DIRECT = dnnl.algorithm.convolution_direct;

  private final stream queue = new stream(BlockedArray.PROCESSOR);
  private final BlockedArray.Kinds images;
  private final BlockedArray.Kinds maps;
  private final BlockedArray.Kinds weights;
  private final memory.desc anyImages;
  private final memory.desc anyMaps;
  private final memory.desc anyWeights;
  private final long[] strides;
  private final long[] before;
  private final long[] behind;
  private final convolution_forward.primitive_desc forward;
  private OneDnnLoop toMaps;
  private OneDnnLoop toImages;
  private OneDnnLoop toWeights;

  /**
   * Prepares the loops.
   *
   * @param patches the convolution
   * @param filters number of maps
   * @param count images in a batch
   */
  ConvolutionLoops(Patches patches, int filters, int count) {
    long[] imageShape = {count, patches.channels(), patches.height(), patches.width()};
    long[] mapShape = {count, filters, patches.mapHeight(), patches.mapWidth()};
    long[] weightShape = {filters, patches.channels(), patches.kernel(), patches.kernel()};
    images = new BlockedArray.Kinds(memory.format_tag.nchw, imageShape);
    maps = new BlockedArray.Kinds(memory.format_tag.nchw, mapShape);
    weights = new BlockedArray.Kinds(memory.format_tag.oihw, weightShape);
    anyImages = anyOrder(imageShape);
    anyMaps = anyOrder(mapShape);
    anyWeights = anyOrder(weightShape);
    strides = new long[] {patches.stride(), patches.stride()};
    before = new long[] {patches.top(), patches.left()};
    behind =
        new long[] {
          patches.paddedHeight() - patches.height() - patches.top(),
          patches.paddedWidth() - patches.width() - patches.left()
        };
    dnnl.prop_kind kind = dnnl.prop_kind.forward_training;
    forward =
        new convolution_forward.primitive_desc(
            new convolution_forward.desc(
                kind, DIRECT, anyImages, anyWeights, anyMaps, strides, before, behind),
            attributes(),
            BlockedArray.PROCESSOR);
  }

  /** See {@link ConvolutionPasses#toMaps}. */
  void toMaps(float[] ofImages, FloatPointer filters, float[] into) {
    if (toMaps == null) {
      toMaps = new OneDnnLoop(new convolution_forward(forward), forward);
      toMaps.first = toMaps.with(dnnl.DNNL_ARG_SRC, images.of(forward.src_desc()));
      toMaps.second = toMaps.with(dnnl.DNNL_ARG_WEIGHTS, weights.of(forward.weights_desc()));
      toMaps.result = toMaps.with(dnnl.DNNL_ARG_DST, maps.of(forward.dst_desc()));
    }
    toMaps.run(ofImages, filters, into);
  }

  /** See {@link ConvolutionPasses#toImages}. */
  void toImages(float[] ofMaps, FloatPointer filters, float[] into) {
    if (toImages == null) {
      convolution_backward_data.primitive_desc back =
          new convolution_backward_data.primitive_desc(
              new convolution_backward_data.desc(
                  DIRECT, anyImages, anyWeights, anyMaps, strides, before, behind),
              attributes(),
              BlockedArray.PROCESSOR,
              forward);
      toImages = new OneDnnLoop(new convolution_backward_data(back), back);
      toImages.first = toImages.with(dnnl.DNNL_ARG_DIFF_DST, maps.of(back.diff_dst_desc()));
      toImages.second = toImages.with(dnnl.DNNL_ARG_WEIGHTS, weights.of(back.weights_desc()));
      toImages.result = toImages.with(dnnl.DNNL_ARG_DIFF_SRC, images.of(back.diff_src_desc()));
    }
    toImages.run(ofMaps, filters, into);
  }

  /** See {@link ConvolutionPasses#gradient}. */
  void gradient(float[] ofImages, float[] ofMaps, FloatPointer into) {
    if (toWeights == null) {
      convolution_backward_weights.primitive_desc back =
          new convolution_backward_weights.primitive_desc(
              new convolution_backward_weights.desc(
                  DIRECT, anyImages, anyWeights, anyMaps, strides, before, behind),
              attributes(),
              BlockedArray.PROCESSOR,
              forward);
      toWeights = new OneDnnLoop(new convolution_backward_weights(back), back);
      toWeights.first = toWeights.with(dnnl.DNNL_ARG_SRC, images.of(back.src_desc()));
      toWeights.second = toWeights.with(dnnl.DNNL_ARG_DIFF_DST, maps.of(back.diff_dst_desc()));
      toWeights.result =
          toWeights.with(dnnl.DNNL_ARG_DIFF_WEIGHTS, weights.of(back.diff_weights_desc()));
    }
    toWeights.first.load(ofImages, queue);
    toWeights.second.load(ofMaps, queue);
    toWeights.loop.execute(queue, toWeights.arguments);
    toWeights.result.store(into, queue);
  }

  /** A loop with its arguments. */
  private final class OneDnnLoop {
    private final primitive loop;
    private final IntMemoryMap arguments = new IntMemoryMap();
    private BlockedArray first;
    private BlockedArray second;
    private BlockedArray result;

    OneDnnLoop(primitive loop, primitive_desc_base description) {
      this.loop = loop;
      // The library's own scratchpad belongs to the thread that has made the loop.
      arguments.put(
          dnnl.DNNL_ARG_SCRATCHPAD,
          new memory(description.scratchpad_desc(), BlockedArray.PROCESSOR));
    }

    BlockedArray with(int argument, BlockedArray array) {
      arguments.put(argument, array.blocks());
      return array;
    }

    void run(float[] input, FloatPointer filters, float[] into) {
      first.load(input, queue);
      second.load(filters, queue);
      loop.execute(queue, arguments);
      result.store(into, queue);
    }
  }

  /** Lets oneDNN choose the best memory order. */
  private static memory.desc anyOrder(long... shape) {
    return new memory.desc(shape, memory.data_type.f32, memory.format_tag.any);
  }

  private static primitive_attr attributes() {
    primitive_attr attributes = new primitive_attr();
    attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user);
    return attributes;
  }
}
