package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/**
 * Whether there are links of certain names (netdevice(7)). {@link Netlink} can tell as well, but waits for the kernel's one
 * lock for all links, which the deletion of a link holds for long after nobody can see it any more.
 */
public final class LinkNames {
    private static final int SIOCGIFINDEX = 0x8933;
    private static final int REQUEST_BYTES = 40;
    /** IFNAMSIZ without its zero byte. */
    private static final int LONGEST = 15;

    private LinkNames() {}

    /** In the namespace of the calling thread. */
    public static boolean exists(String name) {
        var bytes = name.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length == 0 || bytes.length > LONGEST) {
            return false;
        }
        try (var socket = InetSockets.datagram(InetAddress.ofLiteral("127.0.0.1"))) {
            var request = Scratch.get().zeroed(REQUEST_BYTES);
            for (var i = 0; i < bytes.length; i++) {
                request.set(JAVA_BYTE, i, bytes[i]);
            }
            var result = Native.syscall(Nr.IOCTL, socket.value(), SIOCGIFINDEX, request.address());
            if (result == -Errno.ENODEV) {
                return false;
            }
            Check.that("ioctl", result, "SIOCGIFINDEX", name);
            return true;
        }
    }
}
