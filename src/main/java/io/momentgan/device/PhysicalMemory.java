package io.momentgan.device;

/** JavaCPP's limit of a process's physical memory, which it looks at for each new pointer. */
public final class PhysicalMemory {
  private static final String LIMIT = "org.bytedeco.javacpp.maxphysicalbytes";
  private static final String LIBTORCH = "org/bytedeco/pytorch/Tensor.class";

  private PhysicalMemory() {}

  /**
   * Takes the limit off in a process whose build has libtorch, unless {@code
   * org.bytedeco.javacpp.maxPhysicalBytes} sets one: for either engine, as JavaCPP loads before the
   * settings are read. To be called before that.
   */
  // To read it was 10 to 20 % of an iteration on an H100. Tensors end with their iteration, and
  // CUDA's libraries count as memory too. JavaCPP's limit of what it allocates itself stays.
  public static void choose() {
    choose(PhysicalMemory.class.getClassLoader());
  }

  static void choose(ClassLoader build) {
    if (build.getResource(LIBTORCH) != null && System.getProperty(LIMIT) == null) {
      System.setProperty(LIMIT, "0");
    }
  }
}
