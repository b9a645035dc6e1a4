/**
 * Generator and discriminator as Deeplearning4j networks that are driven from outside: forward,
 * backward with an external error, update. And {@link io.momentgan.network.Snapshot}, the value
 * that one round hands to the next.
 */
package io.momentgan.network;
