/** Samples and predictions in numbers, which all workers write: PNG files and Parquet. */
package io.momentgan.export;
