package io.wharf.logs;

import java.io.IOException;

/** Bytes that can be read from any place. */
interface Place {
    /** Fills as much as there is; fewer bytes only at the end. */
    int read(byte[] into, int offset, int length, long position) throws IOException;
}
