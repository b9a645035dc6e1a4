/**
 * What people look at: the page of a run, the comparison of several, sample grids and plots. Reads
 * run folders.
 */
package io.momentgan.report;
