package io.momentgan.collective.hub;

import io.momentgan.collective.Collective;
import io.momentgan.collective.CollectiveFactory;
import io.momentgan.collective.Group;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.moments.Moments;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Time of an exchange of real and generated moments and a loss between two workers: threads of one
 * process, and connections of a hub over loopback, plain and encrypted. Prints medians; asserts
 * nothing.
 *
 * <pre>mvn -B test -Dtest=ExchangeBenchmark -Dtest.excludedGroups=</pre>
 */
@Tag("slow")
class ExchangeBenchmark {
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final long VALUES_TO_SEND = 40_000_000;
  private static final String[] ENCRYPTED = {
    "spark.authenticate=true", "spark.network.crypto.enabled=true"
  };

  @ParameterizedTest
  @ValueSource(ints = {784, 10_000, 1_000_000})
  void medianTimes(int features) throws Exception {
    System.out.printf(
        "%9d features: threads %.3f ms, hub %.3f ms, hub encrypted %.3f ms%n",
        features,
        median(new LocalCollectives(), features),
        hub(features),
        hub(features, ENCRYPTED));
  }

  private static double hub(int features, String... settings) throws Exception {
    try (Loopback loopback = new Loopback(settings)) {
      List<HubClient> clients = List.of(loopback.client(), loopback.client());
      return median(
          (group, rank, size, deadline) ->
              HubCollective.join(clients.get(rank), group, rank, size, deadline),
          features);
    }
  }

  private static double median(CollectiveFactory factory, int features) throws Exception {
    ExecutorService workers = Executors.newFixedThreadPool(2);
    try {
      Group group = Group.named("benchmark " + features);
      Future<Double> first = workers.submit(() -> work(factory.join(group, 0, 2, LONG), features));
      Future<Double> second = workers.submit(() -> work(factory.join(group, 1, 2, LONG), features));
      second.get();
      return first.get();
    } finally {
      workers.shutdownNow();
    }
  }

  private static double work(Collective collective, int features) {
    try (collective) {
      Random random = new Random(collective.rank());
      Moments moments = Moments.of(random.doubles(2L * features).toArray(), features);
      List<Moments> own = List.of(moments, moments, Moments.ofMeans(100, 0.5));
      int exchanges = (int) Math.max(30, Math.min(4000, VALUES_TO_SEND / features));
      double[] millis = new double[exchanges];
      for (int i = 0; i < 2 * exchanges; i++) {
        long start = System.nanoTime();
        collective.merge(own);
        millis[i % exchanges] = (System.nanoTime() - start) / 1e6;
      }
      Arrays.sort(millis);
      return millis[exchanges / 2];
    }
  }
}
