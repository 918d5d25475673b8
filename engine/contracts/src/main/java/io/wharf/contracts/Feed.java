package io.wharf.contracts;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;

/**
 * Messages that are made once for however many read them, such as a sample each second. It keeps none: who joins gets
 * what comes from then on, and who cannot take one goes without it.
 *
 * <p>Join and leave may be called from any thread; leaving twice is harmless. A feed that nobody reads holds nothing.
 */
public interface Feed {
    void join(Reader reader);

    void leave(Reader reader);

    /** One of the readers; {@link #take} and {@link #end} are called on its loop. */
    interface Reader {
        EventExecutor loop();

        /** A message, valid during the call: what is kept longer must be retained. Never waits. */
        void take(Message message);

        /** Nothing comes any more. */
        void end();
    }

    /** Bytes shared by all readers; nobody changes them or their indexes. */
    interface Message {
        /** The message alone. */
        ByteBuf body();

        /** The message as one chunk of a chunked HTTP/1.1 body (RFC 9112, 7.1). */
        ByteBuf chunk();
    }
}
