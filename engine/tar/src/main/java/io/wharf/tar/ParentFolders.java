package io.wharf.tar;

import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Open descriptors of the folders that entries go into, the least used closed first; missing folders are made. */
public final class ParentFolders implements AutoCloseable {
    private static final int LIMIT = 64;

    private final Fd root;
    private final Map<String, Fd> open = new LinkedHashMap<>(LIMIT, 0.75f, true);

    public ParentFolders(Fd root) {
        this.root = root;
    }

    /** The folder of a path below the root; valid until the next call. */
    public Fd open(String path) {
        if (path.isEmpty()) {
            return root;
        }
        Fd known = open.get(path);
        if (known != null) {
            return known;
        }
        Fd found = find(path);
        if (open.size() >= LIMIT) {
            Iterator<Fd> eldest = open.values().iterator();
            eldest.next().close();
            eldest.remove();
        }
        open.put(path, found);
        return found;
    }

    /** Opens a folder. Archives may leave folders out: several levels at once, through symlinks too. */
    private Fd find(String path) {
        int there = path.length();
        @Nullable Fd found = openIfThere(path);
        while (found == null) {
            there = Math.max(0, path.lastIndexOf('/', there - 1));
            found = there == 0 ? beneath(".") : openIfThere(path.substring(0, there));
        }
        // Not by recursion: a name may have two thousand parts.
        while (there < path.length()) {
            int from = path.charAt(there) == '/' ? there + 1 : there;
            int slash = path.indexOf('/', from);
            there = slash < 0 ? path.length() : slash;
            try (Fd parent = found) {
                Entries.makeDirectory(parent.value(), path.substring(from, there), 0755);
            }
            found = beneath(path.substring(0, there));
        }
        return found;
    }

    private @Nullable Fd openIfThere(String path) {
        try {
            return beneath(path);
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT)) {
                return null;
            }
            throw e;
        }
    }

    private Fd beneath(String path) {
        return Entries.openBeneath(root.value(), path, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, 0);
    }

    /** Closes all but one: what was resolved may lie elsewhere now. */
    public void forget(Fd but) {
        open.values().removeIf(fd -> {
            if (fd != but) {
                fd.close();
            }
            return fd != but;
        });
    }

    @Override
    public void close() {
        open.values().forEach(Fd::close);
        open.clear();
    }
}
