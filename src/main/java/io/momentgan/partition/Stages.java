package io.momentgan.partition;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.rdd.RDD;
import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * Spark's {@code mapPartitions} and {@code collect} without Scala closures. Spark's Java API makes
 * closures, and its closure cleaner reads the byte code of the enclosing classes at each call: 15
 * ms of a round.
 */
public final class Stages {
  private Stages() {}

  /** Maps the elements of each partition to new elements. */
  public static <T, R> JavaRDD<R> mapPartitions(
      JavaRDD<T> rdd, FlatMapFunction<Iterator<T>, R> function) {
    ClassTag<R> tag = ClassTag$.MODULE$.apply(Object.class);
    return JavaRDD.fromRDD(rdd.rdd().mapPartitions(new Mapped<>(function), true, tag), tag);
  }

  /** Collects the only element of each partition, in the order of the partitions. */
  @SuppressWarnings("unchecked")
  public static <T> List<T> collect(JavaRDD<T> rdd) {
    RDD<T> all = rdd.rdd();
    Object[] results = new Object[all.getNumPartitions()];
    all.sparkContext()
        .runJob(
            all,
            new Only<T>(),
            partitions(results.length),
            new Keep<T>(results),
            ClassTag$.MODULE$.<T>apply(Object.class));
    return (List<T>) Arrays.asList(results);
  }

  private static Seq<Object> partitions(int count) {
    List<Object> all = IntStream.range(0, count).<Object>mapToObj(i -> i).toList();
    return JavaConverters.asScalaBuffer(all).toSeq();
  }

  private static final class Mapped<T, R>
      extends AbstractFunction1<scala.collection.Iterator<T>, scala.collection.Iterator<R>>
      implements Serializable {
    private static final long serialVersionUID = 1L;
    private final FlatMapFunction<Iterator<T>, R> function;

    Mapped(FlatMapFunction<Iterator<T>, R> function) {
      this.function = function;
    }

    @Override
    public scala.collection.Iterator<R> apply(scala.collection.Iterator<T> partition) {
      try {
        return JavaConverters.asScalaIterator(
            function.call(JavaConverters.asJavaIterator(partition)));
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) { // Spark reports exceptions of tasks
        throw new IllegalStateException(e);
      }
    }
  }

  private static final class Only<T>
      extends AbstractFunction2<TaskContext, scala.collection.Iterator<T>, T>
      implements Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public T apply(TaskContext task, scala.collection.Iterator<T> partition) {
      return partition.next();
    }
  }

  private static final class Keep<T> extends AbstractFunction2<Object, T, BoxedUnit> {
    private final Object[] results;

    Keep(Object[] results) {
      this.results = results;
    }

    @Override
    public BoxedUnit apply(Object partition, T result) {
      results[(Integer) partition] = result;
      return BoxedUnit.UNIT;
    }
  }
}
