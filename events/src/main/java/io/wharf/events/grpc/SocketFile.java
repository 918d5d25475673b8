package io.wharf.events.grpc;

import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The file of the socket. All methods block. */
final class SocketFile {
    private static final int FILE_TYPE = 0170_000;
    private static final int SOCKET = 0140_000;

    private SocketFile() {}

    /** Makes room for a socket: what a dead engine left is removed, and nothing else ever is. */
    static void clear(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (((int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & FILE_TYPE) != SOCKET) {
            throw new WharfException(
                    ErrorKind.CONFLICT, "cannot serve events over gRPC on " + path + ": it is no socket");
        }
        if (isServed(path)) {
            throw new WharfException(
                    ErrorKind.CONFLICT, "cannot serve events over gRPC on " + path + ": another process serves it");
        }
        Files.delete(path);
    }

    private static boolean isServed(Path path) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false);
            try {
                channel.connect(UnixDomainSocketAddress.of(path));
                // Also where the connection is not made at once: that one has a full queue, not nobody behind it.
                return true;
            } catch (IOException refused) {
                return false;
            }
        }
    }
}
