package io.wharf.oci;

import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** Looks into a container's root as if it were {@code /}: no link in it leads outside. */
public final class RootFiles {
    // A user database longer than this is not one.
    private static final int LIMIT = 16 << 20;
    private static final int CHUNK = 16 << 10;

    private RootFiles() {}

    /** A regular file's text; empty where there is none. */
    static Optional<String> text(Path root, String path) {
        // First without opening it, for to open a device of the image's would already do something to the host.
        try (Fd base = Entries.openDirectory(root.toString());
                Fd found = Entries.openBeneath(base.value(), path, OpenFlags.O_PATH, 0)) {
            return FileStatus.of(found).isFile() ? read(found) : Optional.empty();
        } catch (LinuxException e) {
            if (missing(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Whether something other than a folder stands there, links followed. */
    static boolean isNoDirectory(Path root, String path) {
        try (Fd base = Entries.openDirectory(root.toString());
                Fd found = Entries.openBeneath(base.value(), path, OpenFlags.O_PATH, 0)) {
            return !FileStatus.of(found).isDirectory();
        } catch (LinuxException e) {
            return e.is(Errno.ENOTDIR);
        }
    }

    private static Optional<String> read(Fd found) {
        try (Fd file = Entries.open(found.procPath(), OpenFlags.O_RDONLY, 0)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream(2048);
            byte[] chunk = new byte[CHUNK];
            for (int count = file.read(chunk, 0, CHUNK); count > 0; count = file.read(chunk, 0, CHUNK)) {
                out.write(chunk, 0, count);
                if (out.size() > LIMIT) {
                    return Optional.empty();
                }
            }
            return Optional.of(out.toString(StandardCharsets.UTF_8));
        }
    }

    /**
     * The real path on the host of something in the root, its links followed within the root; empty where there is
     * nothing. True only as long as nobody changes the root: use it before the container's process runs.
     */
    public static Optional<Path> resolve(Path root, String path) {
        try (Fd base = Entries.openDirectory(root.toString());
                Fd found = Entries.openBeneath(base.value(), path, OpenFlags.O_PATH, 0)) {
            return Optional.of(Path.of(Entries.readLink(found.procPath())));
        } catch (LinuxException e) {
            if (missing(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static boolean missing(LinuxException e) {
        return e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.ENXIO, Errno.EISDIR);
    }
}
