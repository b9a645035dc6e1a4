/**
 * Files on any Hadoop file system: settings, checks before a run, all-or-nothing writing, hashes
 * and explained failures.
 */
package io.momentgan.storage;
