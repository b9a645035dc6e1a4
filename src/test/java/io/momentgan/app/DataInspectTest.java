package io.momentgan.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.momentgan.Experiments;
import io.momentgan.data.decoding.ImageFixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataInspectTest {
  @TempDir private Path folder;

  @Test
  void describesRealMnist() {
    Path mnist =
        Path.of(System.getProperty("momentgan.repository", "."), "../shared/data/mnist")
            .normalize();
    assumeTrue(Files.isDirectory(mnist), () -> "no MNIST at " + mnist);
    CommandRun run = CommandRun.of("data", "inspect", mnist.toString()).succeeds();
    assertThat(run.out())
        .containsPattern("kind +idx\n")
        .containsPattern("shape +1x28x28 ")
        .containsPattern("training +60000 images, values 0 to 255, mean 33\\.32 ")
        .containsPattern("labels +0: 5923, 1: 6742, 2: 5958")
        .containsPattern("test +10000 images")
        .containsPattern("verdict +.*MNIST")
        .containsPattern("fingerprint +\\w+\n")
        .endsWith("\n");
    assertThat(run.err()).isEmpty();
  }

  @Tag("long")
  @Test
  void describesTheEmbeddedGlyphs() {
    CommandRun run = CommandRun.of("data", "inspect", "glyphs").succeeds();
    assertThat(run.out())
        .containsPattern("kind +glyphs\n")
        .containsPattern("shape +1x28x28 ")
        .containsPattern("training +60000 images, values 0 to 255")
        .containsPattern("labels +0: \\d+, 1: \\d+, .*9: \\d+")
        .containsPattern("test +10000 images")
        .endsWith("\n");
  }

  @Test
  void describesAFolderOfImagesAsTrainingWouldTakeIt() throws IOException {
    write("cat/1.png", "dog/1.png", "dog/2.png");
    Files.writeString(folder.resolve("dog/cut.jpg"), "\u00ff\u00d8\u00ff", ISO_8859_1);
    Files.writeString(folder.resolve("notes.txt"), "text");
    String location = folder.toString();
    CommandRun run =
        CommandRun.of("data", "inspect", location, "--set", "data.images.height=16").succeeds();
    assertThat(run.out())
        .containsPattern("shape +3x16x64 ")
        .containsPattern("classes +2, class 0 first\n")
        .containsPattern("training +3 images")
        .containsPattern("originals +all 8x8 \\(height x width\\)\n")
        .containsPattern("labels +cat: 1, dog: 2\n")
        .containsPattern("not used +cut\\.jpg: damaged")
        .containsPattern("not used +notes\\.txt: not an image");
    assertThat(
            CommandRun.of("data", "inspect", location, "--set", "data.images.rejected-share=0")
                .mistake())
        .contains("found 1 of 4 image files unusable (1 .jpg)");
    assertThat(
            CommandRun.of("data", "inspect", location, "--set", "data.images.background=red")
                .mistake())
        .contains("data.images.background: found \"red\", expected a colour such as \"#ffffff\"");
    assertThat(CommandRun.of("data", "inspect", location, "--set", "train.epochs=1").mistake())
        .contains("expected data.* or s3.*");
  }

  @Test
  void thePlanNamesWhatIsNotUsed(@TempDir Path settings) throws IOException {
    write("cat/1.png", "dog/1.png");
    Files.writeString(folder.resolve("notes.txt"), "text");
    CommandRun run =
        CommandRun.of(
                "train",
                TinyExperiment.in(settings).toString(),
                "--dry-run",
                "--data",
                folder.toString(),
                "--workers",
                "1",
                "--set",
                "train.batch-size=2")
            .succeeds();
    assertThat(run.out())
        .contains("2 training images of 2 classes (cat 1, dog 1); 1 files not used")
        .contains("Not used: notes.txt: not an image");
  }

  /** A message's advice is followed to the letter. */
  @Test
  void adviceForFewImagesWorks(@TempDir Path settings) throws IOException {
    write("1.png");
    List<String> args = new ArrayList<>();
    args.addAll(List.of("train", TinyExperiment.in(settings).toString(), "--dry-run"));
    args.addAll(List.of("--data", folder.toString()));
    assertThat(CommandRun.of(args.toArray(String[]::new)).mistake())
        .contains("found 1 training image, expected at least 2")
        .contains("data.images.flip=true doubles those of files")
        .contains("train.workers=1");
    args.addAll(List.of("--set", "data.images.flip=true", "--set", "train.batch-size=2"));
    assertThat(CommandRun.of(args.toArray(String[]::new)).mistake())
        .contains("set train.workers=1 (--workers) and train.batch-size=2");
    args.addAll(List.of("--set", "train.workers=1", "--set", "train.averaging-frequency=1"));
    CommandRun.of(args.toArray(String[]::new)).succeeds();
  }

  /** Scripts give the program a locale in which it can read any name. */
  @Tag("long")
  @Test
  void namesThatAreNotAsciiAreReadInAnyLocale() throws Exception {
    write("b\u00e4r/1.png", "cat/\u732b.png", "cat/gr\u00fcn.png");
    String lib = Experiments.REPOSITORY.resolve("submit/lib.sh").toString();
    ProcessBuilder builder =
        new ProcessBuilder(
            "bash",
            "-c",
            ". \"$1\"; exec \"$java\" -cp \"$2\" io.momentgan.app.Main data inspect \"$3\"",
            "bash",
            lib,
            System.getProperty("java.class.path"),
            folder.toString());
    builder.environment().put("LC_ALL", "C");
    Process process = builder.redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    assertThat(out).containsPattern("training +3 images").containsPattern("labels +.*: 1, cat: 2");
  }

  private void write(String... names) throws IOException {
    for (String name : names) {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.write(file, ImageFixtures.file(ImageFixtures.flat(8, 0xFF0000), "png"));
    }
  }
}
