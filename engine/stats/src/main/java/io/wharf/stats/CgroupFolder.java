package io.wharf.stats;

import io.wharf.linux.CgroupHierarchies;
import io.wharf.linux.CgroupHierarchies.Hierarchy;
import io.wharf.linux.KernelFile;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The folder of one controller of a cgroup, and the files of it that are open. */
final class CgroupFolder implements AutoCloseable {
    private final @Nullable String folder;
    private final boolean unified;
    private final List<KernelFile> open = new ArrayList<>();

    private CgroupFolder(@Nullable String folder, boolean unified) {
        this.folder = folder;
        this.unified = unified;
    }

    /** Of a host without the controller it is empty. */
    static CgroupFolder of(CgroupHierarchies hierarchies, String controller, String cgroup) {
        Hierarchy tree = hierarchies.of(controller).orElse(null);
        return tree == null ? new CgroupFolder(null, false) : new CgroupFolder(tree.folder(cgroup), tree.unified());
    }

    /** Whether the controller is there. */
    boolean exists() {
        return folder != null;
    }

    /** Whether it is of the second version. */
    boolean unified() {
        return unified;
    }

    /** Null where there is no such file. */
    @Nullable
    KernelFile file(String name) {
        if (folder == null) {
            return null;
        }
        KernelFile file = KernelFile.open(folder + "/" + name).orElse(null);
        if (file != null) {
            open.add(file);
        }
        return file;
    }

    /** Reads a file of one number; -1 for {@code max}, 0 where there is no such file or it is gone. */
    static long number(@Nullable KernelFile file, KernelText text) {
        return file != null && text.read(file) ? text.number() : 0;
    }

    /** Reads a file of names and numbers; false where it is gone, true where there is none. */
    static boolean table(@Nullable KernelFile file, KernelText text, NamedNumbers into) {
        if (file == null) {
            return true;
        }
        boolean there = text.read(file);
        into.parse(text);
        return there;
    }

    @Override
    public void close() {
        open.forEach(KernelFile::close);
        open.clear();
    }
}
