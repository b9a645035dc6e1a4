package io.momentgan.ml;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Adds a column to rows, block after block of a partition. */
interface AddedColumn extends Serializable {
  /** Rows of a block; the last one of a partition may be shorter. */
  int BLOCK = 100;

  /** Opens the networks on this machine. */
  Opened open();

  /** Networks that are used by one thread. */
  interface Opened {
    /** Computes the column's values of the next block. */
    List<?> next(List<Row> block);
  }

  /** The function for Spark. */
  default MapPartitionsFunction<Row, Row> function() {
    return rows -> new Blocks(rows, this);
  }

  /** Rows of a partition with the column. */
  final class Blocks implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final AddedColumn column;
    private Opened opened;
    private Iterator<Row> done = Collections.emptyIterator();

    Blocks(Iterator<Row> rows, AddedColumn column) {
      this.rows = rows;
      this.column = column;
    }

    @Override
    public boolean hasNext() {
      return done.hasNext() || rows.hasNext();
    }

    @Override
    public Row next() {
      if (!done.hasNext()) {
        done = block();
      }
      return done.next();
    }

    private Iterator<Row> block() {
      if (!rows.hasNext()) {
        throw new NoSuchElementException();
      }
      if (opened == null) {
        opened = column.open();
      }
      List<Row> block = new ArrayList<>();
      while (block.size() < BLOCK && rows.hasNext()) {
        block.add(rows.next());
      }
      List<?> values = opened.next(block);
      List<Row> longer = new ArrayList<>();
      for (int i = 0; i < block.size(); i++) {
        longer.add(with(block.get(i), values.get(i)));
      }
      return longer.iterator();
    }

    private static Row with(Row row, Object value) {
      Object[] values = new Object[row.size() + 1];
      for (int i = 0; i < row.size(); i++) {
        values[i] = row.get(i);
      }
      values[row.size()] = value;
      return RowFactory.create(values);
    }
  }
}
