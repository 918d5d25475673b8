package io.wharf.logs;

/**
 * A line, or a part of one that was too long for the monitor's buffer.
 *
 * @param stderr whether it came from the standard error stream
 * @param nanos when it was written, in nanoseconds since the epoch
 * @param bytes holds the text from {@code offset}, {@code length} bytes without the newline
 * @param partial whether the line goes on in the next message of the same stream
 */
@SuppressWarnings("ArrayRecordComponent") // A view for the length of one call: a copy would double the work.
record LogMessage(boolean stderr, long nanos, byte[] bytes, int offset, int length, boolean partial) {}
