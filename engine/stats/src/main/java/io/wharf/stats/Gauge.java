package io.wharf.stats;

/**
 * One part of what a container uses, from files that are kept open between the readings. Used by one thread at a time.
 */
interface Gauge extends AutoCloseable {
    /** Reads what is so now; false where it is gone. */
    boolean read(KernelText text);

    /** Writes what was read, as a JSON value. */
    void write(JsonBytes json);

    @Override
    void close();
}
