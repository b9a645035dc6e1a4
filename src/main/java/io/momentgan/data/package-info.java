/**
 * Images as bytes, from wherever they lie: the embedded glyphs, IDX files, later image folders.
 * Second in the flow: a {@link io.momentgan.data.ImageSource} says how many images there are, and
 * any machine can read any of them by index.
 */
package io.momentgan.data;
