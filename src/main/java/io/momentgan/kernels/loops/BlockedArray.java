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
 * An array in an order that one of oneDNN's loops wants, such as blocks of 16 channels side by
 * side. Its values come from a plain array and go to one, by oneDNN's copies.
 */
final class BlockedArray {
  /** The CPU, as oneDNN sees it. */
  static final engine PROCESSOR = new engine(engine.kind.cpu, 0);

  /** Plain values on their way between the heap and the blocks; of all layers of a thread. */
  private static final ThreadLocal<FloatPointer> WAY = new ThreadLocal<>();

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

  /** The same array in all orders that are wanted of it, each in a memory of its own. */
  static final class Kinds {
    private final memory plain;
    private final List<BlockedArray> kinds = new ArrayList<>();

    /**
     * None yet.
     *
     * @param order of the plain array
     * @param shape of the array
     */
    Kinds(memory.format_tag order, long... shape) {
      memory.desc description = new memory.desc(shape, memory.data_type.f32, order);
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

  /** Takes values from the heap. */
  void load(float[] values, stream queue) {
    load(way().put(values, 0, length), queue);
  }

  /** Takes values from the memory outside of it. */
  void load(FloatPointer values, stream queue) {
    try {
      plain.set_data_handle(values);
      in.execute(queue, plain, blocks);
      queue._wait();
    } finally {
      Reference.reachabilityFence(values); // an address alone does not keep memory
    }
  }

  /** Gives the values to the heap. */
  void store(float[] into, stream queue) {
    FloatPointer way = way();
    store(way, queue);
    way.get(into, 0, length);
  }

  /** Gives the values to the memory outside of it. */
  void store(FloatPointer into, stream queue) {
    try {
      plain.set_data_handle(into);
      out.execute(queue, blocks, plain);
      queue._wait();
    } finally {
      Reference.reachabilityFence(into);
    }
  }

  private FloatPointer way() {
    FloatPointer way = WAY.get();
    if (way == null || way.capacity() < length) {
      if (way != null) {
        way.close();
      }
      way = new FloatPointer(length);
      WAY.set(way);
    }
    return way;
  }
}
