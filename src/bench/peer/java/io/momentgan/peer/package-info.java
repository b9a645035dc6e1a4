/**
 * MomentGAN's step by libtorch, to compare times and losses with: the program that {@code bench
 * step --peer} starts. It is told what to do on its standard input, in the format of {@link
 * java.io.DataInputStream}, and answers on its standard output in that of {@link
 * java.io.DataOutputStream}.
 */
package io.momentgan.peer;
