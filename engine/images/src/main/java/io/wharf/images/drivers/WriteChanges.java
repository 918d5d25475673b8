package io.wharf.images.drivers;

import io.wharf.linux.Descent;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.LowerFolders;
import io.wharf.linux.SameEntry;
import io.wharf.tar.WriteEntries;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Holds a container's whole root against the layers below it, and writes what differs as a layer's tar, or adds it up;
 * names in order of their bytes as far as {@link SortedNames} goes, folders with what has changed in them. What vanishes
 * meanwhile is left out.
 */
final class WriteChanges {
    private final Sink sink;
    private final Descent<Folder> way;
    private final SortedNames names = new SortedNames();
    /** So many folders on the way stand in the tar already, the root always. */
    private int written = 1;

    /** Takes what differs. */
    private interface Sink {
        void entry(Fd folder, String name, String path, FileStatus status) throws IOException;

        void gone(String prefix, String name) throws IOException;
    }

    private record Folder(FileStatus status, SortedNames.Folder names) {}

    private WriteChanges(Path root, List<String> lowers, Sink sink) {
        this.sink = sink;
        way = Descent.from(root.toString(), lowers, new Folder(FileStatus.of(root.toString()), names.folder()));
    }

    /** Writes the layer's tar; the root folder itself where it is no longer as it was made. */
    static void run(Path root, List<String> lowers, Path like, OutputStream out) throws IOException {
        WriteEntries entries = new WriteEntries(out);
        try (Fd folder = Entries.open(root.toString(), Descent.FOLDER, 0)) {
            WriteUpper.writeRoot(entries, folder, like);
        }
        new WriteChanges(root, lowers, new Sink() {
                    @Override
                    public void entry(Fd folder, String name, String path, FileStatus status) throws IOException {
                        entries.entry(folder, name, path, status);
                    }

                    @Override
                    public void gone(String prefix, String name) throws IOException {
                        WriteUpper.markGone(entries, prefix, name);
                    }
                })
                .walk();
        entries.tar().finish();
    }

    /** Bytes of the files that are new or changed, each linked file once. */
    static long size(Path root, List<String> lowers) throws IOException {
        FileBytes bytes = new FileBytes();
        new WriteChanges(root, lowers, new Sink() {
                    @Override
                    public void entry(Fd folder, String name, String path, FileStatus status) {
                        bytes.add(status);
                    }

                    @Override
                    public void gone(String prefix, String name) {}
                })
                .walk();
        return bytes.sum();
    }

    private void walk() throws IOException {
        try (Descent<?> end = way) {
            while (end.depth() > 0) {
                step();
            }
        }
    }

    private void step() throws IOException {
        Descent.Step<Folder> step = way.current();
        String name = step.kept().names.next(step, (source, each) -> source == 0 || isGone(step, source, each));
        if (name == null) {
            way.leave();
            written = Math.min(written, way.depth());
            return;
        }
        try {
            entry(step, name);
        } catch (LinuxException e) {
            // The container goes on while we look.
            if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                throw e;
            }
        }
    }

    /** Of the layers, names that are in the folder, too, would come twice. */
    private static boolean isGone(Descent.Step<?> step, int source, String name) {
        return FileStatus.ifPresent(step.folder().value(), name).isEmpty()
                && step.lowers().isTopmost(step.source(source), name);
    }

    private void entry(Descent.Step<Folder> step, String name) throws IOException {
        LowerFolders.Found below = step.lowers().locate(name).orElse(null);
        FileStatus status = FileStatus.ifPresent(step.folder().value(), name).orElse(null);
        if (status == null) {
            if (below != null) {
                lead();
                sink.gone(way.path(), name);
            }
            return;
        }
        boolean same = below != null && SameEntry.test(step.folder(), status, below.folder(), below.status(), name);
        if (!same) {
            lead();
            sink.entry(step.folder(), name, way.path(name), status);
        }
        if (status.isDirectory()) {
            way.enter(name, new Folder(status, names.folder()));
            if (!same) {
                written = way.depth();
            }
        }
    }

    /** Writes the folders around a change that do not stand in the tar yet, the outermost first. */
    private void lead() throws IOException {
        way.visit(written, (in, name, path, folder) -> {
            written++;
            sink.entry(in, name, path, folder.status);
        });
    }
}
