package io.wharf.contracts;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;

/** Bytes in one direction that the reader may give up on; either the end or {@link #close} frees what stands behind. */
public interface ByteStream extends ReadStream<Buffer> {
    void close();
}
