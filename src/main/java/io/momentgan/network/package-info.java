/**
 * Generator and discriminator as Deeplearning4j networks that are driven from outside: forward
 * pass, backward pass with an external error, update.
 */
package io.momentgan.network;
