/**
 * Mean and variance per feature as mergeable values, their distance and the penalty that a
 * generator pays for it. Plain arithmetic in double, used by both ends of the flow: workers compute
 * moments, the collective merges them, the generator's loss reads them.
 */
package io.momentgan.moments;
