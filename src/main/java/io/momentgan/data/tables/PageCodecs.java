package io.momentgan.data.tables;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.util.ReflectionUtils;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.codec.Lz4RawCodec;
import org.apache.parquet.hadoop.codec.SnappyCodec;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopCodecs;

/**
 * Parquet's own codecs, but for pages of Snappy and LZ4 that hold less than their headers say. Of
 * these, Parquet 1.13 waits for the rest for ever: its streams answer that nothing was read.
 */
final class PageCodecs implements CompressionCodecFactory {
  private static final int MOST_PAGE_BYTES = 1 << 28;

  private final CompressionCodecFactory parquet = HadoopCodecs.newFactory(0);

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName name) {
    return parquet.getCompressor(name);
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
    return switch (name) {
      case SNAPPY -> new Whole(SnappyCodec.class);
      case LZ4_RAW -> new Whole(Lz4RawCodec.class);
      default -> new Bounded(parquet.getDecompressor(name));
    };
  }

  @Override
  public void release() {
    parquet.release();
  }

  /** A header may say anything; writers make pages of a megabyte or a few. */
  private static int requireSmall(int bytes) throws IOException {
    if (bytes < 0 || bytes > MOST_PAGE_BYTES) {
      throw new IOException(
          "page of %d bytes, expected at most %d".formatted(bytes, MOST_PAGE_BYTES));
    }
    return bytes;
  }

  /** Parquet's own way with pages of bounded size. */
  private static final class Bounded implements BytesInputDecompressor {
    private final BytesInputDecompressor parquet;

    Bounded(BytesInputDecompressor parquet) {
      this.parquet = parquet;
    }

    @Override
    public BytesInput decompress(BytesInput page, int bytes) throws IOException {
      return parquet.decompress(page, requireSmall(bytes));
    }

    @Override
    public void decompress(ByteBuffer page, int stored, ByteBuffer into, int bytes)
        throws IOException {
      parquet.decompress(page, stored, into, requireSmall(bytes));
    }

    @Override
    public void release() {
      parquet.release();
    }
  }

  /** Reads whole pages or fails. */
  private static final class Whole implements BytesInputDecompressor {
    private final CompressionCodec codec;

    Whole(Class<? extends CompressionCodec> type) {
      codec = ReflectionUtils.newInstance(type, new Configuration(false));
    }

    @Override
    public BytesInput decompress(BytesInput page, int bytes) throws IOException {
      byte[] whole = new byte[requireSmall(bytes)];
      try (InputStream in = codec.createInputStream(page.toInputStream())) {
        int found = 0;
        while (found < bytes) {
          int read = in.read(whole, found, bytes - found);
          if (read <= 0) {
            throw new EOFException("page of %d bytes, expected %d".formatted(found, bytes));
          }
          found += read;
        }
      }
      return BytesInput.from(whole);
    }

    @Override
    public void decompress(ByteBuffer page, int stored, ByteBuffer into, int bytes)
        throws IOException {
      into.put(decompress(BytesInput.from(page), bytes).toByteBuffer());
    }

    @Override
    public void release() {
      // Each stream has a decompressor of its own.
    }
  }
}
