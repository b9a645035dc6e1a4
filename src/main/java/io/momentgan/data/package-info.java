/**
 * Images as bytes from any source. Second in the flow: any machine can read any image of an {@link
 * io.momentgan.data.ImageSource} by index.
 */
package io.momentgan.data;
