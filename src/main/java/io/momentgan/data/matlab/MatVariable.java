package io.momentgan.data.matlab;

import io.momentgan.data.DataException;
import io.momentgan.data.arrays.Contents;
import io.momentgan.data.arrays.SampleType;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * A variable of a MAT-file.
 *
 * @param name its name
 * @param type its type, such as uint8 or cell
 * @param extents its extents; the first varies fastest
 * @param stored how a value is stored, perhaps smaller than its type; null unless it is an array of
 *     real numbers
 */
record MatVariable(String name, String type, List<Integer> extents, SampleType stored)
    implements Contents.Part {

  /** Describes it, such as "X of type uint8 and shape [32, 32, 3, 73257]". */
  String text() {
    return "%s of type %s and shape %s".formatted(name, type, extents);
  }

  @Override
  public InputStream open(InputStream file, Object location) throws IOException {
    MatReader reader = new MatReader(file, location);
    for (Optional<MatVariable> next = reader.next(); next.isPresent(); next = reader.next()) {
      if (next.get().equals(this)) {
        return reader.values();
      }
    }
    throw new DataException(
        location + ": is not the variable any more that this run began with; start again");
  }
}
