package io.wharf.contracts;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;

/**
 * Two ways of bytes between one client and a container or an exec.
 *
 * <p>The output ends when the process has closed its side or the client detached; it is framed as Docker frames it unless
 * there is a terminal. Ending the input closes the process's standard input. Whoever took the duplex calls
 * {@link #close} when the client is gone; the process goes on.
 */
public interface Duplex {
    ReadStream<Buffer> output();

    WriteStream<Buffer> input();

    void close();
}
