/**
 * Everything that a run leaves behind: its folder, metrics, checkpoints, pictures, the report page
 * and the lines on the terminal. Last in the flow before the command line: it knows settings and
 * image shapes, and neither Spark nor Deeplearning4j.
 */
package io.momentgan.output;
