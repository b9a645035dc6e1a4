/**
 * Benchmarks: what the distribution costs, as ratios within one run. Figures are printed and assert
 * nothing; the machine's other load shows in their spread.
 */
package io.momentgan.bench;
