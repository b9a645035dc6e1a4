/**
 * Settings for people's own images: what to train with, chosen from the data and the machine. Plans
 * of trainings.
 */
package io.momentgan.preset;
