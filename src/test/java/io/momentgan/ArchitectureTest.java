package io.momentgan;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
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

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.momentgan");

  /** The packages in import order. */
  static final List<Layer> LAYERS =
      List.of(
          Layer.of("config").with(JACKSON),
          Layer.of("moments"),
          Layer.of("collective", "moments"),
          Layer.of("collective.hub", "collective", "moments")
              .with(SPARK, SCALA, SLF4J, "io.netty.."),
          Layer.of("storage", "config").with(HADOOP),
          Layer.of("images", "config").with("com.drew..", "com.twelvemonkeys.image.."),
          Layer.of("data", "config", "storage", "images").with(HADOOP, JACKSON, SLF4J),
          Layer.of("partition", "config", "data").with(SPARK, SCALA),
          Layer.of("kernels").with(DL4J, ND4J, JAVACPP),
          Layer.of("network", "config", "data", "kernels").with(DL4J, ND4J, JAVACPP),
          Layer.of("device", "config").with(SPARK, SLF4J, DL4J, ND4J, JAVACPP, "com.sun.jna.."),
          Layer.of("step", "config", "moments", "collective", "network").with(ND4J),
          Layer.of(
                  "averaging",
                  "config",
                  "moments",
                  "collective",
                  "data",
                  "partition",
                  "network",
                  "device",
                  "step")
              .with(SPARK, SCALA, DL4J, ND4J),
          Layer.of("extractor", "config", "data", "partition", "kernels", "network")
              .with(JACKSON, SPARK, DL4J, ND4J, SLF4J),
          Layer.of("quality", "network").with(ND4J, "org.apache.commons.math3.."),
          Layer.of(
                  "evaluation",
                  "config",
                  "moments",
                  "data",
                  "partition",
                  "network",
                  "step",
                  "extractor",
                  "quality")
              .with(JACKSON, SPARK, SCALA, ND4J, SLF4J),
          Layer.of("output", "config", "storage", "data", "evaluation")
              .with(HADOOP, JACKSON, SLF4J, "me.tongfei.progressbar..", "org.jfree.."),
          Layer.of(
                  "bench",
                  "config",
                  "moments",
                  "collective",
                  "data",
                  "partition",
                  "network",
                  "step",
                  "averaging")
              .with(SPARK, SCALA, DL4J, ND4J, "com.sun.management..", "jdk.jfr.."),
          Layer.of(
                  "app",
                  "config",
                  "moments",
                  "collective",
                  "collective.hub",
                  "storage",
                  "data",
                  "partition",
                  "network",
                  "device",
                  "step",
                  "averaging",
                  "extractor",
                  "evaluation",
                  "output",
                  "bench")
              .with(
                  JACKSON, SPARK, SCALA, DL4J, ND4J, SLF4J, "picocli..", "com.codahale.metrics.."));

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

  @Test
  void packagesHaveNoCycles() {
    slices().matching(ROOT + "(*)..").should().beFreeOfCycles().check(CLASSES);
  }
}
