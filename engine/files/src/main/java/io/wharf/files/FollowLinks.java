package io.wharf.files;

import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Where a path leads with all its symbolic links followed; what is not there any more counts as written. */
final class FollowLinks {
    private static final int MOST_LINKS = 255;

    private FollowLinks() {}

    /** An absolute, clean path, told for information: whoever opens it does so inside the root again. */
    static String of(int root, String path) {
        Deque<String> rest = new ArrayDeque<>(List.of(path.split("/")));
        String done = "";
        int links = 0;
        while (!rest.isEmpty()) {
            String part = rest.pop();
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            if (part.equals("..")) {
                done = done.substring(0, Math.max(0, done.lastIndexOf('/')));
                continue;
            }
            String target = target(root, done.isEmpty() ? "/" : done, part);
            if (target.isEmpty()) {
                done = done + "/" + part;
                continue;
            }
            if (++links > MOST_LINKS) {
                throw new LinuxException("readlink", Errno.ELOOP, path);
            }
            done = target.startsWith("/") ? "" : done;
            List.of(target.split("/")).reversed().forEach(rest::push);
        }
        return done.isEmpty() ? "/" : done;
    }

    /** What the link of this name says; empty where there is none. */
    private static String target(int root, String folder, String name) {
        try (Fd in = Entries.openBeneath(root, folder, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, 0)) {
            return FileStatus.ifPresent(in.value(), name)
                    .filter(FileStatus::isSymlink)
                    .map(link -> Entries.readLink(in.value(), name))
                    .orElse("");
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.EINVAL)) {
                return "";
            }
            throw e;
        }
    }
}
