/** From the bytes of JPEG and PNG files to pixels of one shape. */
package io.momentgan.images;
