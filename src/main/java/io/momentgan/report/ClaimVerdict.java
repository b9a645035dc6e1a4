package io.momentgan.report;

import io.momentgan.config.StudyFile;
import io.momentgan.config.Suggestion;
import io.momentgan.config.UserException;
import io.momentgan.evaluation.Measure;
import io.momentgan.report.RunGroup.Member;
import io.momentgan.report.page.Table;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.jexl3.JexlBuilder;
import org.apache.commons.jexl3.JexlEngine;
import org.apache.commons.jexl3.JexlException;
import org.apache.commons.jexl3.JexlExpression;
import org.apache.commons.jexl3.MapContext;

/**
 * A claim, decided for each seed that all its runs have.
 *
 * <p>Its expression compares measures of runs: {@code fd(ff-5) < fd(ff-3)}, {@code d-loss(a@10) >
 * d-loss(b@10) + 0.3} after epoch 10, {@code coverage(a) >= 0.75 * real(coverage, a)} against real
 * images. Besides, it may use arithmetic, {@code and}, {@code or}, {@code not}, parentheses and the
 * functions of {@link Math}.
 */
final class ClaimVerdict {
  private static final Pattern REFERENCE =
      Pattern.compile(
          "(?:(?<real>real\\(\\s*)(?<ofReal>[a-z][a-z0-9-]*)\\s*,|(?<key>[a-z][a-z0-9-]*)\\()"
              + "\\s*(?<run>[A-Za-z0-9._-]+?)(?:@(?<epoch>\\d{1,6}))?\\s*\\)");

  private static final JexlEngine JEXL = engine();

  private final StudyFile.Claim claim;
  private final List<Reference> references = new ArrayList<>();
  private final JexlExpression expression;
  private final List<OfSeed> seeds = new ArrayList<>();

  /** A measure of a run in the expression. */
  private record Reference(String text, Measure<Member> measure, RunGroup group) {
    Optional<Member> run(long seed) {
      return group.runs().stream().filter(run -> run.seed() == seed).findFirst();
    }

    double value(long seed) {
      return measure.value().applyAsDouble(run(seed).orElseThrow());
    }

    Set<Long> seeds() {
      return group.runs().stream()
          .map(Member::seed)
          .collect(Collectors.toCollection(LinkedHashSet::new));
    }
  }

  /** The numbers of a seed, and whether the claim holds; empty if a number is missing. */
  private record OfSeed(long seed, List<Double> values, Optional<Boolean> holds) {}

  /**
   * Decides a claim.
   *
   * @param claim the claim
   * @param groups the study's runs
   * @throws UserException if the claim names unknown runs or measures, or is no comparison
   */
  ClaimVerdict(StudyFile.Claim claim, List<RunGroup> groups) {
    this.claim = claim;
    Matcher matcher = REFERENCE.matcher(claim.holds());
    String variables =
        matcher.replaceAll(
            found -> {
              references.add(reference(matcher, groups));
              return "v" + (references.size() - 1);
            });
    try {
      this.expression = JEXL.createExpression(variables);
    } catch (JexlException e) {
      throw refused("found no expression", e);
    }
    if (references.isEmpty()) {
      throw refused("found no measure of a run", null);
    }
    // Tried on any numbers, so that a mistake shows before the training.
    holds(Collections.nCopies(references.size(), 1.0));
    Set<Long> common = references.get(0).seeds();
    references.forEach(reference -> common.retainAll(reference.seeds()));
    common.forEach(seed -> seeds.add(decide(seed)));
  }

  private static JexlEngine engine() {
    Map<String, Object> namespaces = new HashMap<>();
    namespaces.put(null, Math.class);
    return new JexlBuilder().namespaces(namespaces).strict(true).silent(false).create();
  }

  private Reference reference(Matcher found, List<RunGroup> groups) {
    String run = found.group("run");
    List<RunGroup> named = groups.stream().filter(g -> g.label().equals(run)).toList();
    if (named.size() != 1) {
      List<String> labels = groups.stream().map(RunGroup::label).toList();
      throw new UserException(
          "Claim \"%s\": found run \"%s\", expected one of %s%s"
              .formatted(
                  claim.holds(), run, String.join(", ", labels), Suggestion.of(run, labels)));
    }
    Measure<Member> measure =
        found.group("real") == null
            ? RunColumns.of(found.group("key"))
            : RunColumns.ofReal(found.group("ofReal"));
    String epoch = found.group("epoch");
    return new Reference(
        found.group(),
        epoch == null ? measure : RunColumns.after(Integer.parseInt(epoch), measure),
        named.get(0));
  }

  private OfSeed decide(long seed) {
    List<Double> values = references.stream().map(r -> r.value(seed)).toList();
    boolean measured = values.stream().allMatch(Double::isFinite);
    return new OfSeed(seed, values, measured ? Optional.of(holds(values)) : Optional.empty());
  }

  private boolean holds(List<Double> values) {
    MapContext context = new MapContext();
    for (int i = 0; i < values.size(); i++) {
      context.set("v" + i, values.get(i));
    }
    try {
      if (expression.evaluate(context) instanceof Boolean holds) {
        return holds;
      }
    } catch (JexlException e) {
      throw refused(e.getMessage().replaceFirst("^\\S*\\s", ""), e);
    }
    throw refused("found a number", null);
  }

  private UserException refused(String problem, Exception cause) {
    return new UserException(
        "Claim \"%s\": %s, expected a comparison such as fd(ff-5) < fd(ff-3)"
            .formatted(claim.holds(), problem),
        cause);
  }

  /** Says in how many seeds the claim holds, and why it is not decided in others. */
  String text() {
    long decided = seeds.stream().filter(each -> each.holds().isPresent()).count();
    long holds = seeds.stream().filter(each -> each.holds().orElse(false)).count();
    List<String> parts = new ArrayList<>();
    if (decided > 0) {
      parts.add(
          holds == decided
              ? "holds in %d of %d seeds".formatted(holds, decided)
              : "does not hold (%d of %d)".formatted(holds, decided));
    }
    if (decided < seeds.size()) {
      parts.add("not decided: %s not measured".formatted(missing()));
    }
    if (seeds.isEmpty()) {
      parts.add("not decided: its runs have no seed in common");
    }
    return String.join("; ", parts);
  }

  private String missing() {
    Set<String> missing = new LinkedHashSet<>();
    for (OfSeed each : seeds) {
      for (int i = 0; i < references.size(); i++) {
        if (!Double.isFinite(each.values().get(i))) {
          missing.add("%s seed %d".formatted(references.get(i).group().label(), each.seed()));
        }
      }
    }
    return String.join(", ", missing) + (missing.size() == 1 ? " was" : " were");
  }

  String claim() {
    return claim.text();
  }

  /** The expression as Markdown, with the numbers of each seed. */
  String numbers() {
    List<String> heads = new ArrayList<>(List.of("Seed"));
    references.stream().map(Reference::text).distinct().forEach(heads::add);
    heads.add("Holds");
    Table table = new Table("r".repeat(heads.size() - 1) + "l", heads);
    for (OfSeed each : seeds) {
      List<String> cells = new ArrayList<>(List.of("" + each.seed()));
      for (int i = 0; i < references.size(); i++) {
        if (heads.indexOf(references.get(i).text()) == cells.size()) {
          cells.add(references.get(i).measure().text(each.values().get(i)));
        }
      }
      cells.add(each.holds().map(holds -> holds ? "yes" : "no").orElse("not decided"));
      table.row(cells);
    }
    return "`%s`: %s\n\n%s".formatted(claim.holds().strip(), text(), table.markdown());
  }
}
