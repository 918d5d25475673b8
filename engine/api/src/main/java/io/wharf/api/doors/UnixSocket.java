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
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a listening unix socket: bound under a temporary name, given its mode and group, then moved to its own name,
 * so that no client meets it half made and what a dead engine left is replaced. All methods block.
 *
 * @param path where clients look for it
 * @param group its owner, by name or number; empty for root's
 * @param mode bits of its mode
 */
record UnixSocket(Path path, String group, int mode) {
    private static final Logger LOG = LoggerFactory.getLogger(UnixSocket.class);
    private static final String USUAL_GROUP = "docker";
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
        view.setPermissions(permissions());
        if (!group.isEmpty()) {
            view.setGroup(owner());
        }
        Files.move(temporary(), path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Set<PosixFilePermission> permissions() {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] fromHighest = PosixFilePermission.values();
        for (int i = 0; i < fromHighest.length; i++) {
            if (((mode >> (fromHighest.length - 1 - i)) & 1) == 1) {
                permissions.add(fromHighest[i]);
            }
        }
        return permissions;
    }

    /** Without a group of the usual name only root comes in; one that somebody has named must be there. */
    private GroupPrincipal owner() throws IOException {
        UserPrincipalLookupService groups = path.getFileSystem().getUserPrincipalLookupService();
        try {
            return groups.lookupPrincipalByGroupName(group);
        } catch (UserPrincipalNotFoundException e) {
            if (!group.equals(USUAL_GROUP)) {
                throw WharfException.invalid("can't create unix socket " + path + ": group " + group + " not found");
            }
            LOG.debug("there is no group {}: {} is for root alone", group, path);
            return groups.lookupPrincipalByGroupName("0");
        }
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
