package io.momentgan.data.pictures;

import io.momentgan.data.DataException;
import io.momentgan.data.DataSet.RejectedFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the places of images say: their splits and classes.
 *
 * <p>Splits are folders named train, test and val; classes are the folders below these, or at the
 * top where there are no splits, or what a list says. src/site/markdown/data.md has the rules.
 */
final class PictureLayout {
  private static final int MOST_CLASSES = 256;
  private static final int SHOWN_CLASSES = 20;

  /** Beside class folders, at most one image per so many in them is a stray. */
  private static final long IMAGES_PER_STRAY = 5;

  private static final Comparator<String> ORDER = new NaturalOrder();

  /** What images are for. */
  enum Split {
    TRAINING("train|training"),
    VALIDATION("val|valid|validation"),
    TEST("test|testing");

    private final String folders;

    Split(String folders) {
      this.folders = folders;
    }

    private boolean is(String folder) {
      return folder.toLowerCase(Locale.ROOT).matches(folders);
    }
  }

  private final PictureListing listing;
  private final SortedSet<String> names;
  private final List<ClassList> lists;

  /** Class of each image of a split, "" for none, in the order of the names. */
  private final Map<Split, Map<String, String>> splits = new EnumMap<>(Split.class);

  private final List<RejectedFile> unused = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private List<String> classes = List.of();

  private PictureLayout(PictureListing listing, List<String> names, List<ClassList> lists) {
    this.listing = listing;
    this.names = new TreeSet<>(names);
    this.lists = lists;
  }

  /**
   * Finds splits and classes.
   *
   * @param listing the folder
   * @param names names of its usable images, in the order in which they are used
   * @param lists the lists of classes in it
   * @throws DataException when splits or classes contradict each other
   */
  static PictureLayout of(PictureListing listing, List<String> names, List<ClassList> lists) {
    PictureLayout layout = new PictureLayout(listing, names, lists);
    String root = layout.root();
    Map<Split, String> folders = layout.folders(root);
    for (String name : names) {
      layout.place(name, folders);
    }
    layout.requireLists(folders);
    for (Map.Entry<Split, String> folder : folders.entrySet()) {
      layout.findClasses(folder.getKey(), folder.getValue());
    }
    layout.numberClasses(folders);
    return layout;
  }

  /** Images of a split in their order; empty where there is no such split. */
  List<String> images(Split split) {
    return List.copyOf(splits.getOrDefault(split, Map.of()).keySet());
  }

  /** Names of the classes, class 0 first. */
  List<String> classes() {
    return classes;
  }

  /** Class of each image of a split; empty without classes. */
  byte[] labels(Split split) {
    Map<String, String> images = splits.getOrDefault(split, Map.of());
    if (classes.isEmpty() || images.containsValue("")) {
      return new byte[0];
    }
    Map<String, Integer> numbers = new LinkedHashMap<>();
    classes.forEach(name -> numbers.put(name, numbers.size()));
    byte[] labels = new byte[images.size()];
    int at = 0;
    for (String name : images.values()) {
      labels[at++] = numbers.get(name).byteValue();
    }
    return labels;
  }

  List<RejectedFile> unused() {
    return List.copyOf(unused);
  }

  /** What people should know, such as why there are no classes. */
  List<String> notes() {
    return List.copyOf(notes);
  }

  /** Counts a split's images by class in words. */
  String counts(Split split) {
    Map<String, String> images = splits.getOrDefault(split, Map.of());
    String text = "%d %s images".formatted(images.size(), split.name().toLowerCase(Locale.ROOT));
    if (classes.isEmpty() || images.containsValue("")) {
      return text;
    }
    SortedMap<String, Long> counts =
        images.values().stream()
            .collect(
                Collectors.groupingBy(
                    name -> name, () -> new TreeMap<>(ORDER), Collectors.counting()));
    String shown =
        counts.entrySet().stream()
            .limit(SHOWN_CLASSES)
            .map(count -> count.getKey() + " " + count.getValue())
            .collect(Collectors.joining(", "));
    return "%s of %d classes (%s%s)"
        .formatted(text, counts.size(), shown, counts.size() > SHOWN_CLASSES ? ", ..." : "");
  }

  /**
   * Finds the folder that holds everything: the given one, or the only one in it if that has splits
   * or a list, or came out of an archive with folders in it.
   *
   * @return "" or a path with a last '/'
   */
  private String root() {
    String root = "";
    while (true) {
      String above = root;
      if (lists.stream().anyMatch(list -> list.folder().equals(above))) {
        return root;
      }
      SortedSet<String> tops = tops(root);
      if (tops.size() != 1 || tops.contains("") || split(tops.first()) != null) {
        return root;
      }
      String only = root + tops.first() + "/";
      SortedSet<String> inside = tops(only);
      boolean splits = inside.stream().anyMatch(Split.TRAINING::is);
      boolean list = lists.stream().anyMatch(each -> each.folder().equals(only));
      if (!splits && !list && !(listing.archive() && !inside.contains(""))) {
        return root;
      }
      root = only;
    }
  }

  /** First names below a folder; "" stands for images in the folder itself. */
  private SortedSet<String> tops(String root) {
    SortedSet<String> tops = new TreeSet<>();
    for (String name : names) {
      if (name.startsWith(root)) {
        tops.add(top(name, root));
      }
    }
    return tops;
  }

  private static String top(String name, String root) {
    int slash = name.indexOf('/', root.length());
    return slash < 0 ? "" : name.substring(root.length(), slash);
  }

  private static Split split(String folder) {
    for (Split split : Split.values()) {
      if (split.is(folder)) {
        return split;
      }
    }
    return null;
  }

  /** Folder of each split; the root alone is that of training. */
  private Map<Split, String> folders(String root) {
    SortedSet<String> tops = tops(root);
    Map<Split, String> folders = new EnumMap<>(Split.class);
    for (String top : tops) {
      Split split = split(top);
      if (split != null) {
        String other = folders.put(split, root + top + "/");
        if (other != null) {
          throw new DataException(
              "%s: found the folders %s and %s, expected one of %s images; put them into one folder"
                  .formatted(
                      listing.location(),
                      other.substring(root.length(), other.length() - 1),
                      top,
                      split.name().toLowerCase(Locale.ROOT)));
        }
      }
    }
    boolean train = folders.containsKey(Split.TRAINING);
    if (train && (folders.size() > 1 || tops.size() == 1)) {
      return folders;
    }
    if (!train && !folders.isEmpty() && folders.size() == tops.size()) {
      throw new DataException(
          "%s: found %s, expected a folder train beside; add it, or give one of them as --data"
              .formatted(listing.location(), String.join(" and ", tops)));
    }
    return Map.of(Split.TRAINING, root); // a class may be called train: beside bus and ship
  }

  private void place(String name, Map<Split, String> folders) {
    for (Map.Entry<Split, String> folder : folders.entrySet()) {
      if (name.startsWith(folder.getValue())) {
        splits.computeIfAbsent(folder.getKey(), s -> new LinkedHashMap<>()).put(name, "");
        return;
      }
    }
    leaveOut(name, "outside the folders of the splits");
  }

  private void leaveOut(String name, String reason) {
    unused.add(new RejectedFile(listing.show(name), reason));
  }

  private void requireLists(Map<Split, String> folders) {
    Map<String, String> inFolder = new LinkedHashMap<>();
    for (ClassList list : lists) {
      String other = inFolder.put(list.folder(), list.name());
      if (other != null) {
        throw new DataException(
            "%s: found %s and %s, expected one list of classes; remove one"
                .formatted(listing.location(), other, list.name()));
      }
      // A list above the splits names files in them; one elsewhere would change the meaning of few.
      if (folders.values().stream().noneMatch(folder -> folder.startsWith(list.folder()))) {
        leaveOut(list.name(), "a list of classes that is not beside the folders it is for");
      }
    }
  }

  private void findClasses(Split split, String folder) {
    Map<String, String> images = splits.get(split);
    if (images == null) {
      return;
    }
    for (ClassList list : lists) {
      if (folder.startsWith(list.folder())) {
        takeFromList(images, list);
        return;
      }
    }
    Map<String, String> inFolders = new LinkedHashMap<>();
    images.keySet().forEach(name -> inFolders.put(name, top(name, folder)));
    List<String> beside =
        inFolders.keySet().stream().filter(name -> inFolders.get(name).isEmpty()).toList();
    long inside = (long) images.size() - beside.size();
    Set<String> tops = new TreeSet<>(ORDER);
    tops.addAll(inFolders.values());
    tops.remove("");
    if (beside.isEmpty() || (tops.size() > 1 && beside.size() * IMAGES_PER_STRAY <= inside)) {
      images.putAll(inFolders);
      beside.forEach(images::remove);
      beside.forEach(name -> leaveOut(name, "an image beside the folders of the classes"));
    } else if (inside > 0) {
      notes.add(
          "no classes: %d images lie beside the folders %s"
              .formatted(beside.size(), ClassList.shorten(List.copyOf(tops))));
    }
  }

  private void takeFromList(Map<String, String> images, ClassList list) {
    for (String name : List.copyOf(images.keySet())) {
      String of = list.classes().get(name);
      if (of == null) {
        images.remove(name);
        leaveOut(name, "not in " + list.name());
      } else {
        images.put(name, of);
      }
    }
  }

  private void numberClasses(Map<Split, String> folders) {
    Map<String, String> training = splits.getOrDefault(Split.TRAINING, Map.of());
    if (training.isEmpty()) {
      throw new DataException(
          "%s: found no image to train on (%s), expected one at least"
              .formatted(listing.location(), unused.isEmpty() ? "empty" : unused.get(0).reason()));
    }
    SortedSet<String> found = new TreeSet<>(ORDER);
    found.addAll(training.values());
    if (found.contains("")) {
      return;
    }
    if (found.size() > MOST_CLASSES) {
      notes.add(
          "no classes: found %d, more than the %d that labels tell apart"
              .formatted(found.size(), MOST_CLASSES));
      return;
    }
    classes = List.copyOf(found);
    for (Split split : List.of(Split.VALIDATION, Split.TEST)) {
      SortedSet<String> unknown = new TreeSet<>(ORDER);
      unknown.addAll(splits.getOrDefault(split, Map.of()).values());
      boolean without = unknown.remove("");
      unknown.removeAll(found);
      if (!unknown.isEmpty()) {
        throw new DataException(
            "%s: found the class %s in %s, expected classes of the training images; add it to these, rename it or remove it"
                .formatted(
                    listing.location(),
                    ClassList.shorten(List.copyOf(unknown)),
                    folders.get(split)));
      }
      if (without) {
        notes.add("no classes of the %s images".formatted(split.name().toLowerCase(Locale.ROOT)));
      }
    }
    noteEmpty(folders.get(Split.TRAINING));
  }

  private void noteEmpty(String folder) {
    boolean list = lists.stream().anyMatch(each -> folder.startsWith(each.folder()));
    List<String> empty =
        listing.folders().stream()
            .filter(name -> name.startsWith(folder) && name.length() > folder.length())
            .map(name -> name.substring(folder.length()))
            .filter(name -> name.indexOf('/') < 0 && !classes.contains(name))
            .sorted(ORDER)
            .toList();
    if (!list && !empty.isEmpty()) {
      notes.add("no class for folders without images: " + ClassList.shorten(empty));
    }
  }
}
