package io.momentgan.kernels.loops;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;

/**
 * An array in the memory order of one of oneDNN's loops, such as blocks of 16 channels. oneDNN
 * copies its values from and to plain arrays.
 */
final class BlockedArray {
  static final engine PROCESSOR = new engine(engine.kind.cpu, 0);

  /** Carries plain values between the heap and the blocks, for all layers of a thread. */
  private static final ThreadLocal<FloatPointer> BUFFER = new ThreadLocal<>();

  private final memory plain;
  private final memory blocks;
  private final reorder in;
  private final reorder out;
  private final int length;

  private BlockedArray(memory plain, memory.desc wanted) {
    this.plain = plain;
    this.blocks = new memory(wanted, PROCESSOR);
    this.in = new reorder(plain, blocks);
    this.out = new reorder(blocks, plain);
    this.length = (int) (plain.get_desc().get_size() / Float.BYTES);
  }

  /** One array in all memory orders that loops want, each in memory of its own. */
  static final class Kinds {
    private final memory plain;
    private final List<BlockedArray> kinds = new ArrayList<>();

    Kinds(memory.format_tag plainOrder, long... shape) {
      memory.desc description = new memory.desc(shape, memory.data_type.f32, plainOrder);
      plain = new memory(description, PROCESSOR, new FloatPointer());
    }

    BlockedArray of(memory.desc wanted) {
      for (BlockedArray kind : kinds) {
        if (kind.blocks.get_desc().equals(wanted)) {
          return kind;
        }
      }
      kinds.add(new BlockedArray(plain, wanted));
      return kinds.get(kinds.size() - 1);
    }
  }

  memory blocks() {
    return blocks;
  }

  void load(float[] values, stream queue) {
    load(buffer().put(values, 0, length), queue);
  }

  void load(FloatPointer values, stream queue) {
    copy(in, values, plain, blocks, queue);
  }

  void store(float[] into, stream queue) {
    FloatPointer buffer = buffer();
    store(buffer, queue);
    buffer.get(into, 0, length);
  }

  void store(FloatPointer into, stream queue) {
    copy(out, into, blocks, plain, queue);
  }

  private void copy(reorder copy, FloatPointer values, memory from, memory to, stream queue) {
    try {
      plain.set_data_handle(values);
      copy.execute(queue, from, to);
      queue._wait();
    } finally {
      Reference.reachabilityFence(values); // an address alone does not keep memory
    }
  }

  private FloatPointer buffer() {
    FloatPointer buffer = BUFFER.get();
    if (buffer == null || buffer.capacity() < length) {
      if (buffer != null) {
        buffer.close();
      }
      buffer = new FloatPointer(length);
      BUFFER.set(buffer);
    }
    return buffer;
  }
}
