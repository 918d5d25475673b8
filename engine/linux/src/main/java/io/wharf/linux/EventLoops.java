package io.wharf.linux;

import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollIoHandle;
import io.vertx.core.Context;
import io.vertx.core.internal.ContextInternal;

/** Finds the epoll loop that a Vert.x context runs on. */
public final class EventLoops {
    private EventLoops() {}

    /** Fails where Vert.x was made without {@code preferNativeTransport}. */
    public static IoEventLoop of(Context context) {
        if (((ContextInternal) context).nettyEventLoop() instanceof IoEventLoop loop
                && loop.isCompatible(EpollIoHandle.class)) {
            return loop;
        }
        throw new IllegalStateException("this Vert.x does not run on epoll: set preferNativeTransport");
    }
}
