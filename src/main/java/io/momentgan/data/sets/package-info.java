/**
 * Opens the data set that the settings name, splits and inspects it. The only package that knows
 * all readers.
 */
package io.momentgan.data.sets;
