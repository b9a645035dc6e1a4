/** Networks as ONNX models, for programs without Java. */
package io.momentgan.onnx;
