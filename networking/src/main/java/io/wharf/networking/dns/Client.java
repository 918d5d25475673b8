package io.wharf.networking.dns;

import io.netty.buffer.ByteBuf;

/** Who asked, and waits for an answer that takes a while. */
interface Client {
    /** Whether it came by TCP, and so is asked on by TCP too. */
    boolean isTcp();

    /** Takes over the buffer; where nobody waits any more, it is let go. */
    void answer(ByteBuf reply);
}
