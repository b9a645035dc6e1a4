/** Benchmarks of the step and its distribution, and checks of devices and quality measures. */
package io.momentgan.bench;
