/**
 * The engine on libtorch, by the JavaCPP presets for PyTorch. Their natives come with the build
 * profiles {@code torch} and {@code torch-cuda}; nothing else in the product needs them.
 */
package io.momentgan.engine.torch;
