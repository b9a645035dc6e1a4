/**
 * Object stores: their settings, what is wrong with them, said before a run and while it goes on.
 */
package io.momentgan.storage;
