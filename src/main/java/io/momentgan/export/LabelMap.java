package io.momentgan.export;

import java.io.Serializable;
import java.util.List;

/**
 * Maps labels of a data set to the classes of a run that was trained on another. Both number their
 * classes by their own names: without "cat", "dog" is the first folder.
 *
 * @param ofRun names of the run's classes, class 0 first; empty where labels are only numbers
 * @param ofData names of the data's classes
 */
record LabelMap(List<String> ofRun, List<String> ofData) implements Serializable {
  private static final String NUMBER = "\\d{1,3}";

  LabelMap {
    ofRun = List.copyOf(ofRun);
    ofData = List.copyOf(ofData);
  }

  /** The run's class of a label; null if the run has no such class. */
  Integer of(int label) {
    if (ofData.isEmpty()) {
      return label;
    }
    String name = ofData.get(label);
    if (ofRun.isEmpty()) {
      return name.matches(NUMBER) ? Integer.valueOf(name) : null;
    }
    int found = ofRun.indexOf(name);
    return found < 0 ? null : found;
  }
}
