package io.wharf.logs;

import java.io.IOException;

/**
 * One destination of one container's messages: opened for a run, written to in order, closed once.
 *
 * <p>One thread at a time calls it, and it may block: it then holds up nothing but its own backlog, which waits in the
 * monitor's spool on disk. A call that throws is tried again with the same message after a while, so a driver remembers
 * nothing of a message that it did not deliver.
 */
interface LogDriver extends AutoCloseable {
    /** Takes one message; its bytes are the caller's again when this returns. */
    void write(LogMessage message) throws IOException;

    /** Brings what was written to where it will not be lost with this process, so that the position may be saved. */
    void flush() throws IOException;

    @Override
    void close() throws IOException;
}
