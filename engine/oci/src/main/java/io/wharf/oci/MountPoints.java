package io.wharf.oci;

import io.wharf.base.WharfException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes what links in a root lead to, where something is to be mounted there and nothing is.
 *
 * <p>Images have such links ({@code /etc/resolv.conf} into {@code /run}); runc makes the missing part inside the root,
 * crun fails. What is missing without a link on the way is the runtime's to make.
 */
final class MountPoints {
    private static final int MOST_LINKS = 40;

    private MountPoints() {}

    /**
     * Prepares one place; on a thread that may block, and while no process runs in the root.
     *
     * @param destination absolute path in the root
     * @param file whether a file is mounted there, not a folder
     */
    static void prepare(Path root, String destination, boolean file) {
        try {
            Path place = resolve(root, destination);
            if (place == null || Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            if (file) {
                Files.createDirectories(Objects.requireNonNull(place.getParent()));
                Files.createFile(place);
            } else {
                Files.createDirectories(place);
            }
        } catch (IOException e) {
            throw WharfException.internal("cannot make the mount point " + destination + ": " + e.getMessage(), e);
        }
    }

    /** Where the links of a path lead within the root; null where there is none on the way. */
    private static @Nullable Path resolve(Path root, String destination) throws IOException {
        Deque<String> rest = new ArrayDeque<>();
        Path.of(destination).forEach(name -> rest.add(name.toString()));
        Path at = root;
        int links = 0;
        while (!rest.isEmpty()) {
            String name = rest.poll();
            if (name.equals("..")) {
                at = at.equals(root) ? root : Objects.requireNonNull(at.getParent());
                continue;
            }
            Path next = at.resolve(name);
            if (name.equals(".") || !Files.isSymbolicLink(next)) {
                at = name.equals(".") ? at : next;
                continue;
            }
            if (++links > MOST_LINKS) {
                throw new IOException("too many levels of symbolic links");
            }
            Path target = Files.readSymbolicLink(next);
            Deque<String> names = new ArrayDeque<>();
            target.forEach(part -> names.addFirst(part.toString()));
            names.forEach(rest::addFirst);
            at = target.isAbsolute() ? root : at;
        }
        return links == 0 ? null : at;
    }
}
