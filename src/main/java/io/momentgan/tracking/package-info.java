/**
 * A run as other tools show it: TensorBoard's event files and MLflow's runs, made from the run's
 * tables of metrics.
 *
 * <p>No library is added. The summaries' message classes come with ND4J. Five calls of MLflow's
 * REST API are all that is needed, so its Java client is left out.
 */
package io.momentgan.tracking;
