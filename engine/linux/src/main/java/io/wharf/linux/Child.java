package io.wharf.linux;

/**
 * A process that we started and have not reaped yet.
 *
 * @param pidfd owned by whoever got this record; becomes readable when the process ends
 */
public record Child(int pid, Fd pidfd) {}
