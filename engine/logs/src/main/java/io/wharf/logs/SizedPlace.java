package io.wharf.logs;

import java.io.IOException;

/** Bytes of a known number, held open until closed. */
interface SizedPlace extends Place, AutoCloseable {
    long size();

    @Override
    void close() throws IOException;
}
