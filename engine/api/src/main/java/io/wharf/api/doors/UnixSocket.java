package io.wharf.api.doors;

import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;

/**
 * The file of a listening unix socket: bound under a temporary name, given its mode and group, then moved to its own name,
 * so that no client meets it half made and what a dead engine left is replaced. All methods block.
 *
 * @param path where clients look for it
 */
record UnixSocket(Path path) {
    private static final String GROUP = "docker";
    private static final String MODE = "rw-rw----";
    private static final int FILE_TYPE = 0170_000;
    private static final int SOCKET = 0140_000;

    /** Name to bind to; anything of that name is gone. */
    Path prepare() throws IOException {
        if (isServed()) {
            throw new WharfException(
                    ErrorKind.CONFLICT, "cannot listen on unix://" + path + ": another process serves it");
        }
        Path parent = path.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.deleteIfExists(temporary());
        return temporary();
    }

    /** Makes the bound socket reachable. */
    void publish() throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(temporary(), PosixFileAttributeView.class);
        view.setPermissions(PosixFilePermissions.fromString(MODE));
        try {
            GroupPrincipal group =
                    path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(GROUP);
            view.setGroup(group);
        } catch (UserPrincipalNotFoundException e) {
            // No such group: root only.
        }
        Files.move(temporary(), path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    void remove() throws IOException {
        Files.deleteIfExists(path);
    }

    private Path temporary() {
        return path.resolveSibling(path.getFileName() + "~");
    }

    private boolean isServed() throws IOException {
        if (!Files.exists(path)) {
            return false;
        }
        if (((int) Files.getAttribute(path, "unix:mode") & FILE_TYPE) != SOCKET) {
            throw new WharfException(ErrorKind.CONFLICT, "cannot listen on unix://" + path + ": it is no socket");
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false);
            channel.connect(UnixDomainSocketAddress.of(path));
            // Also where the connection is not made at once: that one has a full queue, not nobody behind it.
            return true;
        } catch (IOException e) {
            // Refused: nobody listens behind that file.
            return false;
        }
    }
}
