package io.momentgan.engine.torch;

import io.momentgan.device.Device;
import io.momentgan.partition.Shard;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Images of shards that stay on a device as bytes, for all networks of the process there. They go
 * with their shards.
 */
final class ResidentImages {
  /** Part of the free memory that a shard may take: activations are still to come. */
  static final double SHARE = 0.5;

  private static final Logger LOG = LoggerFactory.getLogger(ResidentImages.class);
  private static final ConcurrentHashMap<Device, ResidentImages> OF_GPUS =
      new ConcurrentHashMap<>();
  private static final int PIECE = 1 << 24;

  private final Device device;
  private final TorchMemory memory;
  private final LongSupplier freeBytes;
  // Pixels of a shard on the device; empty where they did not fit.
  private final Map<byte[], Optional<Tensor>> known = new WeakHashMap<>();
  private final Map<Float, Tensor> scales = new ConcurrentHashMap<>();

  /**
   * Keeps images on a device.
   *
   * @param freeBytes tells its memory that is free
   */
  ResidentImages(Device device, LongSupplier freeBytes) {
    this.device = device;
    this.memory = TorchMemory.of(device.number(), ScalarType.Float);
    this.freeBytes = freeBytes;
  }

  /** Returns those of a GPU; none of a CPU, where images would be in the same memory twice. */
  static Optional<ResidentImages> of(Device device) {
    return device.isGpu()
        ? Optional.of(
            OF_GPUS.computeIfAbsent(
                device,
                gpu -> new ResidentImages(gpu, () -> NvidiaDevices.freeBytes(gpu.number()))))
        : Optional.empty();
  }

  /**
   * Picks images as {@link Shard#rows} does.
   *
   * @return values [indices, features], for the innermost scope; empty where the shard does not fit
   */
  Optional<Tensor> pick(Shard shard, int... indices) {
    return pixels(shard).map(pixels -> pick(pixels, scale(shard), indices));
  }

  private Tensor pick(Tensor pixels, Tensor scale, int... indices) {
    PointerScope outer = PointerScope.getInnerScope();
    try (PointerScope scope = TorchMemory.scope()) {
      Tensor picked = pixels.index_select(0, memory.indices(indices));
      // By the host's table: a GPU divides by a constant as it multiplies by the inverse, which
      // rounds otherwise.
      Tensor values = scale.index_select(0, picked.reshape(-1).to(ScalarType.Int));
      return TorchMemory.keep(outer, values.view(picked.sizes()));
    }
  }

  private Tensor scale(Shard shard) {
    return scales.computeIfAbsent(
        shard.black(),
        black -> {
          try (PointerScope scope = TorchMemory.scope()) {
            float[] values = shard.scale();
            return TorchMemory.keep(null, memory.tensor(values, values.length));
          }
        });
  }

  private Optional<Tensor> pixels(Shard shard) {
    synchronized (known) {
      return known.computeIfAbsent(shard.images().pixels(), pixels -> take(shard));
    }
  }

  private Optional<Tensor> take(Shard shard) {
    byte[] pixels = shard.images().pixels();
    long free = freeBytes.getAsLong();
    String megabytes =
        String.format(
            Locale.ROOT, "%d images (%.1f MB)", shard.images().count(), pixels.length / 1e6);
    if (pixels.length > SHARE * free) {
      return none(
          shard, megabytes, "of which nvidia-smi tells %d MB free".formatted(free / 1_000_000));
    }
    try {
      Tensor copied = copy(pixels, shard.images().count());
      LOG.info("Worker {}: {} stay on {}", shard.rank(), megabytes, device);
      return Optional.of(copied);
    } catch (RuntimeException e) { // C++'s; another process may have taken the memory meanwhile
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      return none(shard, megabytes, "which has no memory for them (%s)".formatted(reason));
    }
  }

  private Optional<Tensor> none(Shard shard, String megabytes, String why) {
    LOG.info(
        "Worker {}: {} do not stay on {}, {}; each batch is copied there",
        shard.rank(),
        megabytes,
        device,
        why);
    return Optional.empty();
  }

  /** Copies bytes piece by piece, so that the host needs little memory beside the heap. */
  private Tensor copy(byte[] pixels, long rows) {
    try (PointerScope scope = TorchMemory.scope();
        BytePointer piece = new BytePointer(Math.min(PIECE, pixels.length))) {
      TensorOptions bytes = new TensorOptions(ScalarType.Byte);
      Tensor all =
          torch.empty(
              new long[] {pixels.length},
              new TensorOptions(ScalarType.Byte).device(new DeviceOptional(memory.device())),
              new MemoryFormatOptional());
      for (long from = 0; from < pixels.length; from += PIECE) {
        int length = (int) Math.min(PIECE, pixels.length - from);
        piece.put(pixels, (int) from, length);
        all.narrow(0, from, length).copy_(torch.from_blob(piece, new long[] {length}, bytes));
      }
      return TorchMemory.keep(null, all.view(rows, -1));
    }
  }
}
