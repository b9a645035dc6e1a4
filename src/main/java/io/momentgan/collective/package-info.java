/**
 * The all-reduce inside a round: workers hand in messages and get their merge, folded in rank order
 * so that results are the same bits each time.
 */
package io.momentgan.collective;
