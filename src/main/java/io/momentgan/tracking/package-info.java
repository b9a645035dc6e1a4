/**
 * A run as other tools show it: TensorBoard's event files and MLflow's runs, made from the run's
 * tables of metrics.
 *
 * <p>No library is added. The summaries' message classes come with ND4J. MLflow's Java client is no
 * part of Maven Central any more, and five calls of its REST API are all that is needed.
 */
package io.momentgan.tracking;
