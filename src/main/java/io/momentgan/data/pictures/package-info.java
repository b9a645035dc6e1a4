/** Folders and archives of image files: found, decoded, turned upright, cropped and resized. */
package io.momentgan.data.pictures;
