package io.momentgan.collective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LocalCollectivesTest extends CollectiveContractTest {
  @Override
  protected CollectiveFactory factory() {
    return new LocalCollectives();
  }

  @Test
  void groupsEndWithTheirLastMember() {
    int before = LocalCollectives.openGroups();
    Collective a =
        factory().join(new Group("ending", 0, 0, 0, 0), 0, Meeting.of(2, Duration.ofSeconds(1)));
    Collective b =
        factory().join(new Group("ending", 0, 0, 0, 0), 1, Meeting.of(2, Duration.ofSeconds(1)));
    assertThat(LocalCollectives.openGroups()).isEqualTo(before + 1);
    a.close();
    b.close();
    assertThat(LocalCollectives.openGroups()).isEqualTo(before);
  }

  @Test
  void aRankJoinsOnce() {
    try (Collective first =
        factory().join(new Group("twice", 0, 0, 0, 0), 0, Meeting.of(2, Duration.ofSeconds(1)))) {
      assertThat(first.size()).isEqualTo(2);
      assertThatThrownBy(
              () ->
                  factory()
                      .join(
                          new Group("twice", 0, 0, 0, 0), 0, Meeting.of(2, Duration.ofSeconds(1))))
          .isInstanceOf(CollectiveException.class)
          .hasMessageContaining("joined its group twice");
    }
  }
}
