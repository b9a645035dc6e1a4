package io.momentgan.data.tables;

import io.momentgan.data.DownloadedFile;
import io.momentgan.data.FileLocation;
import io.momentgan.data.HadoopFile;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.util.HadoopStreams;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** A Parquet file read through the project's own file systems: Parquet's would be shared ones. */
final class ParquetInput implements InputFile, Closeable {
  private final FileSystem fileSystem;
  private final Path path;

  private ParquetInput(FileSystem fileSystem, Path path) {
    this.fileSystem = fileSystem;
    this.path = path;
  }

  static ParquetInput of(FileLocation file) throws IOException {
    HadoopFile local = local(file);
    Path path = new Path(local.path());
    return new ParquetInput(HadoopFile.fileSystem(path, local.settings()), path);
  }

  private static HadoopFile local(FileLocation file) throws IOException {
    if (file instanceof HadoopFile here) {
      return here;
    }
    return ((DownloadedFile) file)
        .fetch()
        .map(copy -> new HadoopFile(copy.toUri().toString(), Map.of()))
        .orElseThrow(() -> new FileNotFoundException(file.toString()));
  }

  @Override
  public long getLength() throws IOException {
    return fileSystem.getFileStatus(path).getLen();
  }

  @Override
  public SeekableInputStream newStream() throws IOException {
    return HadoopStreams.wrap(fileSystem.open(path));
  }

  @Override
  public void close() throws IOException {
    fileSystem.close();
  }
}
