package io.momentgan.notebooks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.momentgan.Experiments;
import io.momentgan.notebooks.Note.Paragraph;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.text.StringEscapeUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Zeppelin's own code reads the notes, and loses nothing of them. */
class NoteFormatTest {
  private static final Path ZEPPELIN = Experiments.REPOSITORY.resolve("target/zeppelin");
  private static final Set<String> INTERPRETERS = Set.of("%md", "%spark", "%spark.sql");

  /** What it needs besides, of which the class path has a version that does. */
  private static final List<String> OURS =
      List.of("slf4j-api-", "jcl-over-slf4j-", "commons-lang3-", "commons-text-", "commons-io-");

  private static final Pattern TEXTBOX =
      Pattern.compile("z\\.textbox\\(\"([^\"]*)\", \"([^\"]*)\"\\)");

  private static URLClassLoader zeppelin;

  @BeforeAll
  static void load() throws Exception {
    List<URL> jars = new ArrayList<>();
    try (Stream<Path> files = Files.list(ZEPPELIN)) {
      for (Path jar : files.toList()) {
        jars.add(jar.toUri().toURL());
      }
    }
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (OURS.stream().anyMatch(Path.of(entry).getFileName().toString()::startsWith)) {
        jars.add(Path.of(entry).toUri().toURL());
      }
    }
    zeppelin = new URLClassLoader(jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  @AfterAll
  static void unload() throws Exception {
    zeppelin.close();
  }

  static List<Path> notes() {
    return Note.files();
  }

  @ParameterizedTest
  @MethodSource("notes")
  void zeppelinReadsAndWritesTheSame(Path file) throws Exception {
    JsonNode written = new JsonMapper().readTree(throughZeppelin(Files.readString(file)));
    // Where a note lies is its path, which Zeppelin does not write.
    JsonNode ours = ((ObjectNode) Note.json(file)).without("path");
    requirePart(ours, written, file.getFileName().toString());
  }

  private static String throughZeppelin(String text) throws ReflectiveOperationException {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(zeppelin); // by which Zeppelin's configuration finds its classes
    try {
      Class<?> type = zeppelin.loadClass("org.apache.zeppelin.notebook.Note");
      Object note = type.getMethod("fromJson", String.class, String.class).invoke(null, "", text);
      return (String) type.getMethod("toJson").invoke(note);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Everything of one is in the other; what Zeppelin adds does not count. */
  private static void requirePart(JsonNode part, JsonNode whole, String place) {
    if (part.isObject()) {
      part.fields()
          .forEachRemaining(
              field ->
                  requirePart(
                      field.getValue(), whole.path(field.getKey()), place + "." + field.getKey()));
    } else if (part.isArray()) {
      assertThat(whole).as(place).hasSameSizeAs(part);
      for (int i = 0; i < part.size(); i++) {
        requirePart(part.get(i), whole.get(i), place + "[" + i + "]");
      }
    } else {
      assertThat(whole).as(place).isEqualTo(part);
    }
  }

  @ParameterizedTest
  @MethodSource("notes")
  void opensWithWhatToSetAndEndsWithWhatToLookAt(Path file) {
    List<Paragraph> paragraphs = Note.read(file).paragraphs();
    assertThat(paragraphs.get(0).text()).startsWith("%md\n# ").contains("**Set** ");
    assertThat(paragraphs.get(paragraphs.size() - 1).text())
        .startsWith("%md\n### What to look at\n");
    assertThat(paragraphs).extracting(Paragraph::interpreter).allMatch(INTERPRETERS::contains);
    assertThat(paragraphs)
        .extracting(Paragraph::code)
        .anyMatch(code -> code.contains("z.textbox("));
  }

  /** Zeppelin echoes definitions after what a paragraph prints: they would end up in the page. */
  @ParameterizedTest
  @MethodSource("notes")
  void pagesAndTablesArePrintedByParagraphsWithoutDefinitions(Path file) {
    for (Paragraph paragraph : Note.read(file).paragraphs()) {
      String code = paragraph.code();
      if (code.contains("\"%html") || code.contains("z.show(")) {
        assertThat(code.strip()).as(paragraph.place()).matches("(?s)(\\{.*}|println\\(.*\\))");
      }
    }
  }

  /** Zeppelin's default adds two rows of one epoch up, such as two evaluations. */
  @ParameterizedTest
  @MethodSource("notes")
  void chartsShowMeans(Path file) {
    for (JsonNode aggregation : Note.json(file).findValues("aggr")) {
      assertThat(aggregation.asText()).as(file.toString()).isEqualTo("avg");
    }
  }

  /** A user sets them, then runs all: Zeppelin itself makes a form only as its paragraph runs. */
  @ParameterizedTest
  @MethodSource("notes")
  void formsShowBeforeTheFirstRun(Path file) {
    for (JsonNode paragraph : Note.json(file).get("paragraphs")) {
      Map<String, String> asked =
          TEXTBOX
              .matcher(paragraph.get("text").asText())
              .results()
              .collect(Collectors.toMap(box -> box.group(1), box -> box.group(2)));
      Map<String, String> shown = new HashMap<>();
      for (JsonNode form : paragraph.at("/settings/forms")) {
        assertThat(form.get("type").asText()).isEqualTo("TextBox");
        shown.put(form.get("name").asText(), form.get("defaultValue").asText());
      }
      assertThat(shown).as(paragraph.get("id").asText()).isEqualTo(asked);
    }
  }

  /** Texts are kept with their page, else a new note opens with an empty paragraph. */
  @ParameterizedTest
  @MethodSource("notes")
  void textsShowBeforeTheFirstRun(Path file) {
    for (JsonNode paragraph : Note.json(file).get("paragraphs")) {
      String text = paragraph.get("text").asText();
      if (text.startsWith("%md\n")) {
        String page = paragraph.at("/results/msg/0/data").asText();
        String shown = StringEscapeUtils.unescapeHtml4(page.replaceAll("<[^>]*>", ""));
        assertThat(letters(shown))
            .as("page of %s, as Zeppelin makes it", paragraph.get("id").asText())
            .isEqualTo(letters(text.substring("%md\n".length())));
      }
    }
  }

  private static String letters(String text) {
    return text.replaceAll("[^A-Za-z0-9]", "");
  }

  @Test
  void notesAndParagraphsHaveIdentifiersOfTheirOwn() {
    Set<String> identifiers = new HashSet<>();
    for (Path file : notes()) {
      JsonNode note = Note.json(file);
      assertThat(identifiers.add(note.get("id").asText())).as(file.toString()).isTrue();
      assertThat(note.get("path").asText()).isEqualTo("/MomentGAN/" + note.get("name").asText());
      for (JsonNode paragraph : note.get("paragraphs")) {
        assertThat(identifiers.add(paragraph.get("id").asText())).as(file.toString()).isTrue();
      }
    }
    assertThat(notes()).hasSize(5);
  }
}
