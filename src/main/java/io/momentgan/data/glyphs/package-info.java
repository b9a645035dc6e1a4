/** The embedded digits, drawn from skeletons by integer seeds: the same bytes on every machine. */
package io.momentgan.data.glyphs;
