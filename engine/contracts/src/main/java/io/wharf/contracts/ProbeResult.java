package io.wharf.contracts;

/**
 * What one probe has found.
 *
 * @param startNanos and {@code endNanos} since the epoch
 * @param exitCode 0 for well; -1 where the probe could not be made or took too long
 * @param output what the probe said, at most {@value #OUTPUT_LIMIT} bytes of it
 */
public record ProbeResult(long startNanos, long endNanos, int exitCode, String output) {
    /** Bytes of output that are kept. */
    public static final int OUTPUT_LIMIT = 4096;
}
