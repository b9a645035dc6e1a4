package io.momentgan.config;

import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import java.util.regex.Pattern;

/** Writes YAML plainly, and so that texts are read back as the same texts. */
public final class YamlFiles {
  private static final Pattern NUMBER_LIKE = Pattern.compile("[-+.]*\\d.*", Pattern.DOTALL);

  private YamlFiles() {}

  /** A factory for mappers. */
  public static YAMLFactory factory() {
    return YAMLFactory.builder()
        .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
        .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
        .disable(YAMLGenerator.Feature.USE_NATIVE_TYPE_ID)
        .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
        .stringQuotingChecker(new NumbersToo())
        .build();
  }

  // Jackson writes the texts 1e3, 0x1F and 1.10 without quotes and reads them as numbers.
  private static final class NumbersToo extends StringQuotingChecker.Default {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean needToQuoteValue(String value) {
      return NUMBER_LIKE.matcher(value).matches() || super.needToQuoteValue(value);
    }
  }
}
