package io.momentgan.data;

/**
 * A file that a data set is made of.
 *
 * @param location where it lies
 * @param md5 MD5 of its contents, without compression, in hexadecimal
 * @param verdict what the MD5 says, such as "MNIST train-images, MD5 ok"
 */
public record DataFile(String location, String md5, String verdict) {}
