/**
 * The all-reduce inside a round: workers hand in moments and get the moments of all workers
 * together, folded in rank order so that results are the same bits each time.
 */
package io.momentgan.collective;
