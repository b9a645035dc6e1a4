/**
 * The settings of an experiment: records read from YAML, their defaults and their checks. First in
 * the flow: these values tell every other package what to do.
 */
package io.momentgan.config;
