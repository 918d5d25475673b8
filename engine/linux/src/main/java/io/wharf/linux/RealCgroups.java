package io.wharf.linux;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@link Cgroups} of the running kernel. */
final class RealCgroups implements Cgroups {
    /** Rounds of killing on v1: each round meets at most what was forked during the one before. */
    private static final int KILL_ROUNDS = 50;

    private static final int PAUSE_MILLIS = 2;
    private static final Set<String> PASSED_DOWN =
            Set.of("cpu", "cpuset", "io", "memory", "pids", "hugetlb", "rdma", "misc");

    private final CgroupHierarchies hierarchies;

    RealCgroups(CgroupHierarchies hierarchies) {
        this.hierarchies = hierarchies;
    }

    /** The mount table is read once: hierarchies are not remounted under a running engine. */
    static final class Held {
        static final RealCgroups INSTANCE = new RealCgroups(CgroupHierarchies.detect());

        private Held() {}
    }

    @Override
    public CgroupHierarchies hierarchies() {
        return hierarchies;
    }

    private static String checked(String path) {
        if (!path.matches("(/[^/]+)+") || (path + "/").contains("/../") || (path + "/").contains("/./")) {
            throw new IllegalArgumentException("not a cgroup below the root: " + path);
        }
        return path;
    }

    @Override
    public void create(String path) {
        checked(path);
        for (var tree : hierarchies.hierarchies()) {
            var folder = tree.mountPoint();
            for (var name : tree.folder(path).substring(folder.length() + 1).split("/")) {
                // Beside v1 trees the unified one only groups: a controller in use there could not be mounted as v1.
                if (hierarchies.version() == CgroupHierarchies.Version.V2) {
                    passDown(folder);
                }
                var child = folder + "/" + name;
                makeFolder(child);
                if (isCpuset(tree)) {
                    // A new v1 cpuset is empty and takes no process.
                    inherit(folder, child, "cpuset.cpus");
                    inherit(folder, child, "cpuset.mems");
                }
                folder = child;
            }
        }
    }

    @Override
    public void openCpuset(String path) {
        checked(path);
        boolean closed = hierarchies.hierarchies().stream()
                .filter(RealCgroups::isCpuset)
                .map(tree -> tree.folder(path))
                .anyMatch(folder -> isBlank(folder + "/cpuset.cpus") || isBlank(folder + "/cpuset.mems"));
        if (closed) {
            create(path);
        }
    }

    private static boolean isCpuset(CgroupHierarchies.Hierarchy tree) {
        return tree.controllers().contains("cpuset") && !tree.unified();
    }

    private static boolean isBlank(String file) {
        return SmallFiles.readIfPresent(file).map(String::isBlank).orElse(true);
    }

    private static void makeFolder(String folder) {
        try {
            Entries.makeDirectory(folder, 0755);
        } catch (LinuxException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
        }
    }

    private static void inherit(String parent, String child, String file) {
        if (SmallFiles.read(child + "/" + file).isBlank()) {
            SmallFiles.write(
                    child + "/" + file, SmallFiles.read(parent + "/" + file).strip());
        }
    }

    /** Lets the children of a v2 cgroup have the controllers that it has itself. */
    private static void passDown(String folder) {
        var on = Set.of(
                SmallFiles.read(folder + "/cgroup.subtree_control").strip().split(" "));
        for (var controller :
                SmallFiles.read(folder + "/cgroup.controllers").strip().split(" ")) {
            if (PASSED_DOWN.contains(controller) && !on.contains(controller)) {
                try {
                    SmallFiles.write(folder + "/cgroup.subtree_control", "+" + controller);
                } catch (LinuxException e) {
                    // EBUSY: processes sit in the parent itself. The limit that needs it will say so when it is set.
                    if (!e.is(Errno.EBUSY, Errno.EOPNOTSUPP, Errno.EINVAL, Errno.ENOENT)) {
                        throw e;
                    }
                }
            }
        }
    }

    private List<String> folders(String path) {
        checked(path);
        return hierarchies.hierarchies().stream().map(tree -> tree.folder(path)).toList();
    }

    @Override
    public boolean exists(String path) {
        return folders(path).stream()
                .anyMatch(folder ->
                        FileStatus.ifPresent(OpenFlags.AT_FDCWD, folder).isPresent());
    }

    @Override
    public void remove(String path) {
        folders(path).forEach(RealCgroups::removeFolder);
    }

    private static void removeFolder(String folder) {
        try {
            for (var entry : Directories.list(folder)) {
                if (entry.type() == Directories.Type.DIRECTORY) {
                    removeFolder(folder + "/" + entry.name());
                }
            }
            Entries.removeDirectory(OpenFlags.AT_FDCWD, folder);
        } catch (LinuxException e) {
            if (!e.is(Errno.ENOENT, Errno.ENODEV)) {
                throw e;
            }
        }
    }

    @Override
    public List<Integer> pids(String path) {
        var pids = new LinkedHashSet<Integer>();
        folders(path).forEach(folder -> collect(folder, pids));
        return List.copyOf(pids);
    }

    private static void collect(String folder, Set<Integer> pids) {
        List<Directories.Entry> entries;
        try {
            SmallFiles.readIfPresent(folder + "/cgroup.procs")
                    .ifPresent(text -> text.lines().map(Integer::parseInt).forEach(pids::add));
            entries = Directories.list(folder);
        } catch (LinuxException e) {
            // Removed meanwhile; EOPNOTSUPP for a threaded v2 cgroup, whose processes its parent lists.
            if (e.is(Errno.ENOENT, Errno.ENODEV, Errno.EOPNOTSUPP)) {
                return;
            }
            throw e;
        }
        for (var entry : entries) {
            if (entry.type() == Directories.Type.DIRECTORY) {
                collect(folder + "/" + entry.name(), pids);
            }
        }
    }

    @Override
    public void add(String path, int pid) {
        folders(path).forEach(folder -> SmallFiles.write(folder + "/cgroup.procs", Integer.toString(pid)));
    }

    @Override
    public boolean killAll(String path) {
        if (hierarchies.version() == CgroupHierarchies.Version.V2) {
            var folder = hierarchies.unified().orElseThrow().folder(checked(path));
            try {
                SmallFiles.write(folder + "/cgroup.kill", "1");
            } catch (LinuxException e) {
                // No such file before Linux 5.14: the loop does it then.
                if (!e.is(Errno.ENOENT, Errno.ENODEV, Errno.EOPNOTSUPP)) {
                    throw e;
                }
            }
        }
        for (var round = 0; round < KILL_ROUNDS; round++) {
            var alive = pids(path).stream().filter(RealCgroups::kill).count();
            if (alive == 0) {
                return true;
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return false;
    }

    /** Whether the process was alive; a zombie is only its parent's to remove. Pids here are read a moment ago. */
    private static boolean kill(int pid) {
        if (ProcessIdentity.stat(pid).filter(ProcessIdentity.Stat::runs).isEmpty()) {
            return false;
        }
        var result = Native.syscall(Nr.KILL, pid, Signals.SIGKILL);
        if (result < 0 && result != -Errno.ESRCH) {
            throw new LinuxException("kill", (int) -result, pid, "SIGKILL");
        }
        return result == 0;
    }

    @Override
    public Optional<String> read(String path, String controller, String file) {
        return new CgroupReader(hierarchies, checked(path)).read(controller, file);
    }

    @Override
    public void write(String path, String controller, String file, String value) {
        checked(path);
        var tree = hierarchies
                .of(controller)
                .orElseThrow(() -> new LinuxException("open", Errno.ENOENT, controller, file));
        SmallFiles.write(tree.folder(path) + "/" + file, value);
    }

    @Override
    public void freeze(String path, boolean frozen) {
        if (hierarchies.has("freezer")) {
            write(path, "freezer", "freezer.state", frozen ? "FROZEN" : "THAWED");
        } else {
            var tree =
                    hierarchies.unified().orElseThrow(() -> new LinuxException("open", Errno.ENOENT, "freezer", path));
            SmallFiles.write(tree.folder(checked(path)) + "/cgroup.freeze", frozen ? "1" : "0");
        }
    }

    @Override
    public long outOfMemoryKills(String path) {
        var reader = new CgroupReader(hierarchies, checked(path));
        var unified = hierarchies
                .of("memory")
                .map(CgroupHierarchies.Hierarchy::unified)
                .orElse(false);
        return reader.table("memory", unified ? "memory.events" : "memory.oom_control")
                .getOrDefault("oom_kill", 0L);
    }
}
