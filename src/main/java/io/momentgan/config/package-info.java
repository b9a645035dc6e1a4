/**
 * The settings of an experiment: records read from YAML, their defaults and their checks. First in
 * the flow: every other package is told what to do by these values.
 */
package io.momentgan.config;
