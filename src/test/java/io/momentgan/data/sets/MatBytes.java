package io.momentgan.data.sets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.Deflater;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.MatlabType;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sinks;

/** MAT-files, written by another library. */
final class MatBytes {
  private MatBytes() {}

  /** An array of bytes that follow from their position. */
  static Matrix pixels(int... extents) {
    Matrix matrix = Mat5.newMatrix(extents, MatlabType.UInt8);
    for (int i = 0; i < matrix.getNumElements(); i++) {
      matrix.setByte(i, IdxBytes.pixel(i));
    }
    return matrix;
  }

  /** A column of labels 1 to 10 in turn, as doubles or as bytes. */
  static Matrix labels(MatlabType type, int count) {
    Matrix matrix = Mat5.newMatrix(count, 1, type);
    for (int i = 0; i < count; i++) {
      matrix.setDouble(i, 1 + i % 10);
    }
    return matrix;
  }

  /** The variables of SVHN. */
  static Map<String, Array> svhn(int count) {
    Map<String, Array> variables = new LinkedHashMap<>();
    variables.put("X", pixels(32, 32, 3, count));
    variables.put("y", labels(MatlabType.UInt8, count));
    return variables;
  }

  static byte[] file(boolean compressed, Map<String, ? extends Array> variables)
      throws IOException {
    MatFile mat = Mat5.newMatFile();
    variables.forEach(mat::addArray);
    Path file = Files.createTempFile("variables", ".mat");
    try (var sink = Sinks.newStreamingFile(file.toFile())) {
      Mat5.newWriter(sink)
          .setDeflateLevel(compressed ? Deflater.BEST_SPEED : Deflater.NO_COMPRESSION)
          .writeMat(mat);
    }
    byte[] bytes = Files.readAllBytes(file);
    Files.delete(file);
    return bytes;
  }
}
