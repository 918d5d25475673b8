package io.wharf.linux;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way down a tree that may be deeper than there are descriptors: the folders near its end are open, those before them
 * but the first are closed and opened anew, where their listing stood, when the way comes back to them. Each step is a
 * folder and, of the layers below it, the folders that shine through it.
 *
 * <p>Others may move folders meanwhile: one that is no longer in its place is left out, with what was still to be seen in
 * it, and nothing outside the tree is ever opened.
 *
 * @param <S> what the user keeps of each step
 */
public final class Descent<S> implements AutoCloseable {
    public static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
    /** Descriptors at a time, beside those of the first folder. */
    private static final int MOST_OPEN = 512;
    /** Characters: what all steps keep stays below some 20 MiB with it. */
    private static final int LONGEST_PATH = 128 << 10;

    private final List<Step<S>> steps = new ArrayList<>();
    /** Each name on the way with a slash behind it. */
    private final StringBuilder path = new StringBuilder();
    /** The first step after the root that is open. */
    private int firstOpen = 1;

    private int open;

    /** One folder on the way. */
    public static final class Step<S> {
        private final S kept;
        private final int pathLength;
        private final long device;
        private final long inode;
        private final LowerFolders lowers;
        private Fd folder;
        /** Where the listings stood when this was closed. */
        private long @Nullable [] positions;

        private Step(S kept, int pathLength, Fd folder, LowerFolders lowers) {
            FileStatus status = FileStatus.of(folder);
            this.kept = kept;
            this.pathLength = pathLength;
            this.device = status.device();
            this.inode = status.inode();
            this.folder = folder;
            this.lowers = lowers;
        }

        public S kept() {
            return kept;
        }

        public Fd folder() {
            return folder;
        }

        public LowerFolders lowers() {
            return lowers;
        }

        /** The folder itself is the first, then those that shine through it, topmost first. */
        public Fd source(int index) {
            return index == 0 ? folder : lowers.folders().get(index - 1);
        }

        public int sources() {
            return 1 + lowers.count();
        }

        private boolean isAt(Fd there) {
            FileStatus status = FileStatus.of(there);
            return status.inode() == inode && status.device() == device;
        }

        private void park() {
            long[] standing = new long[sources()];
            boolean any = false;
            for (int i = 0; i < standing.length; i++) {
                standing[i] = Descriptors.seek(source(i), 0, 1);
                any |= standing[i] != 0;
            }
            positions = any ? standing : null;
            close();
        }

        private void resume() {
            for (int i = 0; positions != null && i < positions.length; i++) {
                Descriptors.seek(source(i), positions[i], 0);
            }
            positions = null;
        }

        private void close() {
            folder.close();
            lowers.close();
        }
    }

    private Descent() {}

    /**
     * Begins at a folder.
     *
     * @param below roots of the layers below it, topmost first
     */
    public static <S> Descent<S> from(String root, List<String> below, S kept) {
        return from(Entries.open(root, FOLDER, 0), below, kept);
    }

    /** The same; the descriptor is this one's from now on, also where it fails. */
    public static <S> Descent<S> from(Fd root, List<String> below, S kept) {
        Descent<S> way = new Descent<>();
        try {
            way.push(root, LowerFolders.of(below), 0, kept);
            return way;
        } catch (RuntimeException e) {
            root.close();
            throw e;
        }
    }

    private void push(Fd folder, LowerFolders lowers, int pathLength, S kept) {
        try {
            steps.add(new Step<>(kept, pathLength, folder, lowers));
        } catch (RuntimeException e) {
            folder.close();
            lowers.close();
            throw e;
        }
    }

    /** How many folders the way is long; 0 at its end. */
    public int depth() {
        return steps.size();
    }

    /** The folder that the way is in, open. */
    public Step<S> current() {
        return steps.getLast();
    }

    public S kept(int step) {
        return steps.get(step).kept;
    }

    /** Of the current folder, with a slash at its end; empty for the first. */
    public String path() {
        return path.toString();
    }

    /** Of an entry in the current folder. */
    public String path(String name) {
        return path + name;
    }

    /** Of any folder on the way, without a slash at its end. */
    public String path(int step) {
        int length = steps.get(step).pathLength;
        return length == 0 ? "" : path.substring(0, length - 1);
    }

    /**
     * Goes into a folder in the current one.
     *
     * @throws LinuxException with ENAMETOOLONG where its path would be longer than anything useful
     */
    public void enter(String name, S kept) {
        Step<S> from = current();
        if (path.length() + name.length() >= LONGEST_PATH) {
            throw new LinuxException("openat", Errno.ENAMETOOLONG, path.substring(0, 100) + "…");
        }
        Fd folder = Entries.openAt(from.folder.value(), name, FOLDER, 0);
        LowerFolders lowers;
        try {
            lowers = from.lowers.enter(name);
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
        push(folder, lowers, path.length() + name.length() + 1, kept);
        path.append(name).append('/');
        open += current().sources();
        while (open > MOST_OPEN && firstOpen < steps.size() - 1) {
            Step<S> far = steps.get(firstOpen++);
            open -= far.sources();
            far.park();
        }
    }

    /** Goes back to the folder around; where that has gone meanwhile, to the one around it. */
    public void leave() {
        Step<S> left = steps.removeLast();
        try {
            if (!steps.isEmpty()) {
                open -= left.sources();
                boolean next = true;
                while (steps.size() > 1 && steps.size() <= firstOpen && !reopened(current(), left, next)) {
                    steps.removeLast();
                    next = false;
                }
                path.setLength(current().pathLength);
                if (steps.size() <= firstOpen) {
                    firstOpen = Math.max(1, steps.size() - 1);
                    open = steps.size() == 1 ? 0 : current().sources();
                }
            }
        } finally {
            left.close();
        }
    }

    /** @param next whether the step below, which is open, is the very next one */
    private boolean reopened(Step<S> step, Step<S> below, boolean next) {
        Fd folder = found(step, below);
        if (folder == null) {
            return false;
        }
        step.folder = folder;
        step.lowers.reopen(next ? below.lowers : null, steps.getFirst().lowers, path.substring(0, step.pathLength - 1));
        step.resume();
        return true;
    }

    /** The folder around one that is open, if it still is that; else what has its path, if it is the same. */
    private @Nullable Fd found(Step<S> step, Step<S> below) {
        for (boolean byPath : new boolean[] {false, true}) {
            try {
                Fd found = byPath
                        ? Entries.openBeneathNoLinks(
                                steps.getFirst().folder.value(), path.substring(0, step.pathLength - 1), FOLDER, 0)
                        : Entries.openAt(below.folder.value(), "..", FOLDER, 0);
                if (step.isAt(found)) {
                    return found;
                }
                found.close();
            } catch (LinuxException e) {
                if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EXDEV)) {
                    throw e;
                }
            }
        }
        return null;
    }

    /** Takes a folder by the one that it lies in. */
    public interface Visitor<S> {
        /** @param path without a slash at its end */
        void visit(Fd in, String name, String path, S kept) throws IOException;
    }

    /** Shows the folders on the way from this one on (1 is the first below the root), the outermost first. */
    public void visit(int from, Visitor<S> visitor) throws IOException {
        if (from >= steps.size()) {
            return;
        }
        Step<S> before = steps.get(from - 1);
        Fd in = before.folder.isOpen()
                ? before.folder.duplicate()
                : Entries.openBeneathNoLinks(steps.getFirst().folder.value(), path(from - 1), FOLDER, 0);
        try {
            for (int i = from; i < steps.size(); i++) {
                String name = path.substring(steps.get(i - 1).pathLength, steps.get(i).pathLength - 1);
                visitor.visit(in, name, path(i), steps.get(i).kept);
                if (i + 1 < steps.size()) {
                    Fd next = Entries.openAt(in.value(), name, FOLDER, 0);
                    in.close();
                    in = next;
                }
            }
        } finally {
            in.close();
        }
    }

    @Override
    public void close() {
        steps.forEach(Step::close);
        steps.clear();
    }
}
