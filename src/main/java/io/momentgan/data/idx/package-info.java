/** IDX files (MNIST's format), from Hadoop file systems and over HTTP. */
package io.momentgan.data.idx;
