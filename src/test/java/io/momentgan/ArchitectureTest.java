package io.momentgan;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each package may use those above it in the order of the design, and the libraries it is for. */
class ArchitectureTest {
  private static final String ROOT = "io.momentgan.";
  private static final String[] JDK = {"java..", "javax.."};
  private static final String JACKSON = "com.fasterxml.jackson..";
  private static final String HADOOP = "org.apache.hadoop..";
  private static final String SPARK = "org.apache.spark..";
  private static final String SCALA = "scala..";
  private static final String SLF4J = "org.slf4j..";
  private static final String DL4J = "org.deeplearning4j..";
  private static final String ND4J = "org.nd4j..";
  private static final String JAVACPP = "org.bytedeco..";
  private static final String CODEC = "org.apache.commons.codec..";
  private static final String LANG = "org.apache.commons.lang3..";
  private static final String MATH = "org.apache.commons.math3..";

  private static final int FEWEST_FILES = 4;
  private static final int MOST_FILES = 16;
  private static final int MOST_FILES_OF_LARGE = 28;

  /** One record per section of the settings; one layer or loop per kernel. */
  private static final Set<String> LARGE = Set.of("config", "kernels", "kernels.loops");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.momentgan");

  /** The packages in import order. */
  static final List<Layer> LAYERS =
      List.of(
          Layer.of("config").with(JACKSON, LANG, "org.apache.commons.text.."),
          Layer.of("moments"),
          Layer.of("collective", "config", "moments"),
          Layer.of("collective.hub", "config", "collective", "moments")
              .with(SPARK, SCALA, SLF4J, LANG, "io.netty.."),
          Layer.of("storage", "config").with(HADOOP, SLF4J, CODEC, LANG),
          Layer.of("data", "config", "storage").with(HADOOP, SLF4J, LANG),
          Layer.of("data.arrays", "config", "data").with(HADOOP, CODEC),
          Layer.of("data.numpy", "config", "data", "data.arrays"),
          Layer.of("data.matlab", "config", "data", "data.arrays"),
          Layer.of("data.idx", "config", "data", "data.arrays"),
          Layer.of("data.glyphs", "config", "data"),
          Layer.of("data.decoding", "config").with("com.drew..", "com.twelvemonkeys.."),
          Layer.of("data.pictures", "config", "storage", "data", "data.decoding")
              .with(HADOOP, JACKSON, LANG, "org.apache.commons.compress..", "com.univocity.."),
          Layer.of("data.tables", "config", "storage", "data", "data.arrays", "data.decoding")
              .with(HADOOP, JACKSON, CODEC, LANG, "org.apache.parquet..", "com.univocity.."),
          Layer.of(
                  "data.sets",
                  "config",
                  "storage",
                  "data",
                  "data.arrays",
                  "data.numpy",
                  "data.matlab",
                  "data.idx",
                  "data.glyphs",
                  "data.pictures",
                  "data.tables")
              .with(HADOOP, JACKSON, SLF4J),
          Layer.of("partition", "config", "moments", "data").with(SPARK, SCALA),
          Layer.of("kernels.loops").with(ND4J, JAVACPP),
          Layer.of("kernels", "kernels.loops").with(DL4J, ND4J, JAVACPP),
          Layer.of("kernels.elements", "kernels.loops").with(DL4J, ND4J, JAVACPP, MATH),
          Layer.of("kernels.batch", "kernels.loops", "kernels").with(DL4J, ND4J),
          Layer.of("network.state", "kernels.loops").with(DL4J, ND4J, JACKSON),
          Layer.of("network.weights", "config", "kernels.loops", "kernels", "kernels.batch")
              .with(DL4J, ND4J),
          Layer.of(
                  "network",
                  "config",
                  "data",
                  "kernels.loops",
                  "kernels",
                  "kernels.elements",
                  "kernels.batch",
                  "network.state",
                  "network.weights")
              .with(DL4J, ND4J, JAVACPP, "com.sun.management.."),
          Layer.of("device", "config")
              .with(SPARK, SCALA, SLF4J, DL4J, ND4J, JAVACPP, "com.sun.jna.."),
          Layer.of(
                  "engine",
                  "config",
                  "moments",
                  "collective",
                  "data",
                  "partition",
                  "kernels.loops",
                  "network.state",
                  "network",
                  "device")
              .with(ND4J),
          Layer.of(
                  "engine.torch",
                  "config",
                  "moments",
                  "collective",
                  "data",
                  "partition",
                  "kernels.batch",
                  "kernels",
                  "network.state",
                  "network.weights",
                  "network",
                  "device",
                  "engine")
              .with(DL4J, ND4J, JAVACPP, SLF4J, LANG),
          Layer.of("step.loss", "config"),
          Layer.of(
                  "step",
                  "config",
                  "moments",
                  "collective",
                  "data",
                  "network.state",
                  "network",
                  "engine",
                  "step.loss")
              .with(LANG),
          Layer.of("averaging.merge", "config", "partition", "network.state", "network")
              .with(SPARK, SCALA, LANG),
          Layer.of(
                  "averaging",
                  "averaging.merge",
                  "config",
                  "moments",
                  "collective",
                  "data",
                  "partition",
                  "kernels.loops",
                  "network.state",
                  "network",
                  "device",
                  "engine",
                  "step")
              .with(SPARK, SCALA, DL4J, ND4J),
          Layer.of("quality", "kernels.loops").with(ND4J, MATH),
          Layer.of(
                  "extractor",
                  "config",
                  "storage",
                  "data",
                  "data.sets",
                  "partition",
                  "kernels.loops",
                  "kernels",
                  "network.state",
                  "network",
                  "quality")
              .with(JACKSON, SPARK, DL4J, ND4J, SLF4J),
          Layer.of(
                  "sampling",
                  "config",
                  "data",
                  "partition",
                  "kernels.loops",
                  "network.state",
                  "network",
                  "step")
              .with(ND4J),
          Layer.of(
                  "onnx",
                  "config",
                  "data",
                  "kernels.loops",
                  "kernels",
                  "kernels.batch",
                  "network.state",
                  "network")
              .with(DL4J, ND4J, "onnx.."),
          Layer.of(
                  "classification",
                  "config",
                  "data",
                  "partition",
                  "kernels.loops",
                  "network.state",
                  "network",
                  "sampling")
              .with(SPARK, ND4J),
          Layer.of(
                  "evaluation",
                  "config",
                  "moments",
                  "storage",
                  "data",
                  "data.sets",
                  "partition",
                  "kernels.loops",
                  "network.state",
                  "network",
                  "step",
                  "extractor",
                  "quality",
                  "sampling",
                  "classification")
              .with(JACKSON, SPARK, SCALA, ND4J, SLF4J, LANG, MATH),
          Layer.of(
                  "run",
                  "config",
                  "storage",
                  "data",
                  "data.numpy",
                  "partition",
                  "kernels.loops",
                  "network.state",
                  "network",
                  "device",
                  "step",
                  "averaging",
                  "classification",
                  "evaluation")
              .with(HADOOP, JACKSON, SLF4J, ND4J, SPARK, "picocli.."),
          Layer.of(
                  "run.metrics",
                  "config",
                  "moments",
                  "collective",
                  "storage",
                  "network.state",
                  "step",
                  "averaging",
                  "extractor",
                  "classification",
                  "evaluation",
                  "run")
              .with(JACKSON, SLF4J),
          Layer.of("report.page", "run")
              .with(
                  JACKSON,
                  SLF4J,
                  "org.jfree..",
                  "org.apache.commons..",
                  "org.apache.batik..",
                  "org.w3c.dom.."),
          Layer.of(
                  "report",
                  "report.page",
                  "config",
                  "storage",
                  "data",
                  "partition",
                  "sampling",
                  "evaluation",
                  "run",
                  "run.metrics")
              .with(JACKSON, SLF4J, "org.apache.commons.."),
          Layer.of("tracking", "config", "storage", "report", "run", "run.metrics")
              .with(JACKSON, SLF4J, "org.tensorflow.framework..", "org.nd4j.shade.protobuf.."),
          Layer.of("export", "data", "sampling", "classification", "storage", "report").with(SPARK),
          Layer.of(
                  "training.listeners",
                  "config",
                  "moments",
                  "storage",
                  "data",
                  "partition",
                  "network.state",
                  "network",
                  "device",
                  "step",
                  "averaging",
                  "extractor",
                  "sampling",
                  "classification",
                  "evaluation",
                  "run",
                  "run.metrics",
                  "report",
                  "tracking")
              .with(SPARK, SCALA, ND4J, SLF4J, "me.tongfei.progressbar.."),
          Layer.of(
                  "training",
                  "training.listeners",
                  "config",
                  "moments",
                  "collective",
                  "collective.hub",
                  "storage",
                  "data",
                  "partition",
                  "network.state",
                  "network",
                  "device",
                  "engine",
                  "step",
                  "averaging",
                  "sampling",
                  "classification",
                  "run",
                  "run.metrics",
                  "tracking")
              .with(SPARK, SCALA, HADOOP, ND4J, SLF4J, LANG, "com.codahale.metrics.."),
          Layer.of(
                  "preset",
                  "config",
                  "moments",
                  "collective",
                  "data",
                  "data.sets",
                  "partition",
                  "network.state",
                  "network",
                  "device",
                  "engine",
                  "step")
              .with(DL4J, ND4J),
          Layer.of(
                  "ml",
                  "config",
                  "storage",
                  "data",
                  "data.arrays",
                  "data.decoding",
                  "data.sets",
                  "network.state",
                  "device",
                  "sampling",
                  "run",
                  "run.metrics",
                  "report",
                  "export",
                  "training")
              .with(JACKSON, SPARK, SCALA, LANG),
          Layer.of(
                  "app",
                  "config",
                  "storage",
                  "partition",
                  "averaging",
                  "extractor",
                  "data",
                  "data.sets",
                  "network.state",
                  "network",
                  "device",
                  "step",
                  "sampling",
                  "onnx",
                  "classification",
                  "evaluation",
                  "run",
                  "run.metrics",
                  "report",
                  "report.page",
                  "export",
                  "training",
                  "training.listeners",
                  "preset")
              .with(JACKSON, SPARK, HADOOP, DL4J, ND4J, SLF4J, LANG, MATH, "picocli.."));

  /**
   * A package.
   *
   * @param name without the root
   * @param own packages of the project that it may use
   * @param libraries packages of libraries that it may use
   */
  record Layer(String name, List<String> own, List<String> libraries) {
    static Layer of(String name, String... own) {
      return new Layer(name, List.of(own), List.of());
    }

    Layer with(String... packages) {
      return new Layer(name, own, List.of(packages));
    }

    String[] allowed() {
      return Stream.of(
              Stream.of(JDK),
              Stream.of(ROOT + name),
              own.stream().map(ROOT::concat),
              libraries.stream())
          .flatMap(names -> names)
          .toArray(String[]::new);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Layer> layers() {
    return LAYERS;
  }

  @ParameterizedTest
  @MethodSource("layers")
  void usesOnlyWhatItIsMeantTo(Layer each) {
    classes()
        .that()
        .resideInAPackage(ROOT + each.name())
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(each.allowed())
                .or(describe("of primitives", ArchitectureTest::isPrimitive)))
        .check(CLASSES);
  }

  private static boolean isPrimitive(JavaClass type) {
    return type.getBaseComponentType().isPrimitive();
  }

  @ParameterizedTest
  @MethodSource("layers")
  void importsOnlyPackagesAboveIt(Layer each) {
    List<String> above = LAYERS.subList(0, LAYERS.indexOf(each)).stream().map(Layer::name).toList();
    assertThat(above).containsAll(each.own());
  }

  @Test
  void everyPackageIsListedHereAndDescribed() {
    List<String> listed = LAYERS.stream().map(layer -> ROOT + layer.name()).toList();
    Set<JavaPackage> packages = CLASSES.stream().map(JavaClass::getPackage).collect(toSet());
    assertThat(packages).extracting(JavaPackage::getName).hasSameElementsAs(listed);
    assertThat(packages)
        .allSatisfy(p -> assertThat(p.tryGetPackageInfo()).as(p.getName()).isPresent());
  }

  @Test
  void onlyAveragingAndTheExtractorKnowDl4jSpark() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "averaging", ROOT + "extractor", ROOT + "bench")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.deeplearning4j.spark..")
        .check(CLASSES);
  }

  @ParameterizedTest
  @MethodSource("layers")
  void hasAHandfulOfFiles(Layer each) throws IOException {
    int most = LARGE.contains(each.name()) ? MOST_FILES_OF_LARGE : MOST_FILES;
    try (Stream<Path> files = Files.list(folder(each))) {
      assertThat(files.filter(file -> file.toString().endsWith(".java")).count())
          .isBetween((long) FEWEST_FILES, (long) most);
    }
  }

  private static Path folder(Layer layer) {
    return Experiments.REPOSITORY
        .resolve("src/main/java/io/momentgan")
        .resolve(layer.name().replace('.', '/'));
  }

  @Test
  void simpleNamesAreUnique() {
    Map<String, List<String>> byName =
        CLASSES.stream()
            .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
            .collect(groupingBy(JavaClass::getSimpleName, mapping(JavaClass::getName, toList())));
    assertThat(byName.values()).allSatisfy(names -> assertThat(names).hasSize(1));
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching(ROOT + "(*)..").should().beFreeOfCycles().check(CLASSES);
  }
}
