package io.momentgan;

import io.momentgan.device.BlasCore;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Tests multiply by the kernels that commands do, so that both give the same bits. */
public final class BlasCoreInTests implements LauncherSessionListener {
  @Override
  public void launcherSessionOpened(LauncherSession session) {
    BlasCore.choose();
  }
}
