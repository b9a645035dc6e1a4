/** Settings for people's own images: what to train with, chosen from the data and the machine. */
package io.momentgan.preset;
