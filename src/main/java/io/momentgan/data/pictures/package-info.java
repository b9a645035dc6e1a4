/** Folders of JPEG and PNG files: found, decoded, turned upright, cropped and resized. */
package io.momentgan.data.pictures;
