package io.momentgan.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.momentgan.config.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Values that are computed once and kept as JSON files.
 *
 * @param folder where
 */
record JsonCache(Path folder) {
  private static final Logger LOG = LoggerFactory.getLogger(JsonCache.class);
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * The value of a file; computed and kept if there is none, or one that cannot be read.
   *
   * @param file its name
   * @param type its type
   * @param compute computes it
   */
  <T> T get(String file, Class<T> type, Supplier<T> compute) {
    Path path = folder.resolve(file);
    if (Files.exists(path)) {
      try {
        return JSON.readValue(path.toFile(), type);
      } catch (IOException e) {
        LOG.warn("{} cannot be read and is made again: {}", path, e.getMessage());
      }
    }
    T value = compute.get();
    write(path, value);
    return value;
  }

  private void write(Path path, Object value) {
    Path temporary = folder.resolve(".%s.%s".formatted(path.getFileName(), UUID.randomUUID()));
    try {
      Files.createDirectories(folder);
      Files.write(temporary, JSON.writeValueAsBytes(value));
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(path + " cannot be written as JSON", e);
    } catch (IOException e) {
      throw new UserException(
          "%s: cannot be written: %s; set data.cache to a folder that you may write to"
              .formatted(path, e),
          e);
    }
  }
}
