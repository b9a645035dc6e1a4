/** What a training does besides training: records, pictures, checkpoints, evaluations, the page. */
package io.momentgan.training.listeners;
