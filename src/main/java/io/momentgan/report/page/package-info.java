/** Parts that pages are made of: tables, charts, plots, and the HTML page around them. */
package io.momentgan.report.page;
