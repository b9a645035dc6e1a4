package io.momentgan.data.idx;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Items of equal size picked from a stream in one pass. */
final class IdxItems {
  private IdxItems() {}

  /**
   * Reads items.
   *
   * @param in stream at the first item
   * @param indices which, in any order, also repeatedly
   * @param itemBytes size of an item
   * @return the items' bytes, in the order of the indices
   */
  static byte[] pick(InputStream in, int[] indices, int itemBytes) throws IOException {
    byte[] picked = new byte[Math.multiplyExact(indices.length, itemBytes)];
    int read = -1;
    int readAt = 0;
    for (long entry : inFileOrder(indices)) {
      int index = (int) (entry >>> 32);
      int at = (int) entry * itemBytes;
      if (index == read) {
        System.arraycopy(picked, readAt, picked, at, itemBytes);
      } else {
        in.skipNBytes((long) (index - read - 1) * itemBytes);
        readFully(in, picked, at, itemBytes);
      }
      read = index;
      readAt = at;
    }
    return picked;
  }

  /** Index above and position below, sorted. */
  private static long[] inFileOrder(int[] indices) {
    long[] entries = new long[indices.length];
    for (int i = 0; i < indices.length; i++) {
      entries[i] = ((long) indices[i] << 32) | i;
    }
    Arrays.sort(entries);
    return entries;
  }

  private static void readFully(InputStream in, byte[] target, int at, int length)
      throws IOException {
    if (in.readNBytes(target, at, length) < length) {
      throw new EOFException();
    }
  }
}
