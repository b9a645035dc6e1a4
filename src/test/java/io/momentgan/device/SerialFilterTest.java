package io.momentgan.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.rmi.MarshalledObject;
import java.util.List;
import javax.management.BadAttributeValueExpException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class SerialFilterTest {
  private static Object copy(Object object) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return in.readObject();
    }
  }

  @Test
  void classesOfAttacksAreNotMade() throws Exception {
    SerialFilter.choose();
    assertThat(copy(List.of("a task"))).isEqualTo(List.of("a task"));
    assertThatThrownBy(() -> copy(new BadAttributeValueExpException("x")))
        .isInstanceOf(InvalidClassException.class)
        .hasMessageContaining("REJECTED");
  }

  @Test
  void whatJmxSendsToTheProcessThatItWatchesIsMade() throws Exception {
    SerialFilter.choose();
    ObjectName name = new ObjectName("java.lang:type=Runtime");
    assertThat(copy(name)).isEqualTo(name);
    MarshalledObject<Object> arguments = new MarshalledObject<>(new Object[] {new long[] {1}});
    assertThat(copy(arguments)).isEqualTo(arguments);
  }
}
