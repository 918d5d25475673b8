package io.wharf.networking;

import io.wharf.base.WharfException;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import io.wharf.linux.UnixSockets;

/**
 * One engine for a bridge: rules and addresses are kept by its name, and two engines would take each other's away.
 *
 * <p>It is an abstract unix name, for those belong to the network namespace, as bridges do, and end with the process.
 */
final class BridgeClaim implements AutoCloseable {
    private static final String PREFIX = "\0wharf-bridge/";

    private final Fd socket;

    private BridgeClaim(Fd socket) {
        this.socket = socket;
    }

    static BridgeClaim take(String bridge) {
        try {
            return new BridgeClaim(UnixSockets.listen(UnixSockets.Type.STREAM, PREFIX + bridge, 1));
        } catch (LinuxException e) {
            if (e.is(Errno.EADDRINUSE)) {
                throw WharfException.conflict("another engine uses the bridge " + bridge + ": give this one its own"
                        + " (--bridge), or none");
            }
            throw e;
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
