package io.wharf.networking.dns;

import io.netty.buffer.ByteBuf;

/** Who has asked a server, and hears of it once: what it says, or that it says nothing. */
interface Asker {
    /**
     * A reply with the right id has come. The buffer is the asker's where it is taken.
     *
     * @return false where it answers another question than the one that was asked: then another one is waited for
     */
    boolean heard(Upstream from, ByteBuf reply);

    /** There is no answer: it cannot be reached, or its time is over. */
    void unheard(Upstream from);
}
