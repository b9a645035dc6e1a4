/** Images in tables: pixels as text in CSV, encoded images in Parquet. */
package io.momentgan.data.tables;
