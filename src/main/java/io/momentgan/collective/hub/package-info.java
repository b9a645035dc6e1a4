/**
 * The all-reduce between processes: hubs, on Spark's own transport and with Spark's authentication,
 * that hold the workers' requests until all have arrived. The driver's hub merges small messages;
 * large ones are merged in slices by hubs of the workers' processes.
 *
 * <p>{@link io.momentgan.collective.hub.MomentGanPlugin} opens the driver's hub with the
 * application and tells the executors its address.
 */
package io.momentgan.collective.hub;
