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

/** oneDNN's loops of a convolution for batches of one size, made when they are first needed. */
final class ConvolutionLoops {
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
  private Loop toMaps;
  private Loop toImages;
  private Loop toWeights;

  /**
   * The loops of a convolution.
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
    anyImages = any(imageShape);
    anyMaps = any(mapShape);
    anyWeights = any(weightShape);
    strides = new long[] {patches.stride(), patches.stride()};
    before = new long[] {patches.top(), patches.left()};
    behind =
        new long[] {
          patches.paddedHeight() - patches.height() - patches.top(),
          patches.paddedWidth() - patches.width() - patches.left()
        };
    forward =
        new convolution_forward.primitive_desc(
            new convolution_forward.desc(
                dnnl.prop_kind.forward_training,
                dnnl.algorithm.convolution_direct,
                anyImages,
                anyWeights,
                anyMaps,
                strides,
                before,
                behind),
            attributes(),
            BlockedArray.PROCESSOR);
  }

  /** See {@link ConvolutionPasses#toMaps}. */
  void toMaps(float[] ofImages, FloatPointer filters, float[] into) {
    if (toMaps == null) {
      toMaps = new Loop(new convolution_forward(forward), forward);
      toMaps.first = toMaps.with(dnnl.DNNL_ARG_SRC, images.of(forward.src_desc()));
      toMaps.second = toMaps.with(dnnl.DNNL_ARG_WEIGHTS, weights.of(forward.weights_desc()));
      toMaps.result = toMaps.with(dnnl.DNNL_ARG_DST, maps.of(forward.dst_desc()));
    }
    toMaps.first.load(ofImages, queue);
    toMaps.second.load(filters, queue);
    toMaps.run();
    toMaps.result.store(into, queue);
  }

  /** See {@link ConvolutionPasses#toImages}. */
  void toImages(float[] ofMaps, FloatPointer filters, float[] into) {
    if (toImages == null) {
      convolution_backward_data.primitive_desc back =
          new convolution_backward_data.primitive_desc(
              new convolution_backward_data.desc(
                  dnnl.algorithm.convolution_direct,
                  anyImages,
                  anyWeights,
                  anyMaps,
                  strides,
                  before,
                  behind),
              attributes(),
              BlockedArray.PROCESSOR,
              forward);
      toImages = new Loop(new convolution_backward_data(back), back);
      toImages.first = toImages.with(dnnl.DNNL_ARG_DIFF_DST, maps.of(back.diff_dst_desc()));
      toImages.second = toImages.with(dnnl.DNNL_ARG_WEIGHTS, weights.of(back.weights_desc()));
      toImages.result = toImages.with(dnnl.DNNL_ARG_DIFF_SRC, images.of(back.diff_src_desc()));
    }
    toImages.first.load(ofMaps, queue);
    toImages.second.load(filters, queue);
    toImages.run();
    toImages.result.store(into, queue);
  }

  /** See {@link ConvolutionPasses#gradient}. */
  void gradient(float[] ofImages, float[] ofMaps, FloatPointer into) {
    if (toWeights == null) {
      convolution_backward_weights.primitive_desc back =
          new convolution_backward_weights.primitive_desc(
              new convolution_backward_weights.desc(
                  dnnl.algorithm.convolution_direct,
                  anyImages,
                  anyWeights,
                  anyMaps,
                  strides,
                  before,
                  behind),
              attributes(),
              BlockedArray.PROCESSOR,
              forward);
      toWeights = new Loop(new convolution_backward_weights(back), back);
      toWeights.first = toWeights.with(dnnl.DNNL_ARG_SRC, images.of(back.src_desc()));
      toWeights.second = toWeights.with(dnnl.DNNL_ARG_DIFF_DST, maps.of(back.diff_dst_desc()));
      toWeights.result =
          toWeights.with(dnnl.DNNL_ARG_DIFF_WEIGHTS, weights.of(back.diff_weights_desc()));
    }
    toWeights.first.load(ofImages, queue);
    toWeights.second.load(ofMaps, queue);
    toWeights.run();
    toWeights.result.store(into, queue);
  }

  /** A loop with what it reads and writes. */
  private final class Loop {
    private final primitive loop;
    private final IntMemoryMap arguments = new IntMemoryMap();
    private BlockedArray first;
    private BlockedArray second;
    private BlockedArray result;

    Loop(primitive loop, primitive_desc_base description) {
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

    void run() {
      loop.execute(queue, arguments);
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
}
