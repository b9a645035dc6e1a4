/**
 * The all-reduce between processes: a hub on the driver, on Spark's own transport and with Spark's
 * authentication, that holds the workers' requests until all have arrived.
 *
 * <p>{@link io.momentgan.collective.hub.MomentGanPlugin} opens it with the application and tells
 * the executors its address.
 */
package io.momentgan.collective.hub;
