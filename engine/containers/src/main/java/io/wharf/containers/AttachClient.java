package io.wharf.containers;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.Duplex;

/** One client's two ways, put together. */
record AttachClient(ByteStream output, WriteStream<Buffer> input, Runnable gone) implements Duplex {
    @Override
    public void close() {
        output.close();
        gone.run();
    }
}
