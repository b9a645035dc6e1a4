/** Which device a worker computes on, and whether this build can use it. */
package io.momentgan.device;
