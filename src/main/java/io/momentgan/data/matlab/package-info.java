/** Images in MATLAB's MAT-files, such as SVHN's. */
package io.momentgan.data.matlab;
