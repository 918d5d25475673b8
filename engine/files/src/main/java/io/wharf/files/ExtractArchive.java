package io.wharf.files;

import io.wharf.base.WharfException;
import io.wharf.contracts.FileView;
import io.wharf.contracts.FilesService.PutArchive;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.RemoveTree;
import io.wharf.tar.Compression;
import io.wharf.tar.EntryPaths;
import io.wharf.tar.ParentFolders;
import io.wharf.tar.PlaceEntries;
import io.wharf.tar.TarEntry;
import io.wharf.tar.TarEntry.Kind;
import io.wharf.tar.TarReader;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;

/**
 * Unpacks an archive into a folder of a container. Blocks, as long as the client sends.
 *
 * <p>Nothing is made outside of the folder: its own links lead as if it were the root, and each entry is made by name in
 * a folder held open, whatever a process of the container swaps meanwhile.
 */
final class ExtractArchive implements PlaceEntries.Replacing {
    private static final int BUFFER = 64 << 10;

    private final FileView view;
    private final PutArchive request;
    private Kind coming = Kind.FILE;

    ExtractArchive(FileView view, PutArchive request) {
        this.view = view;
        this.request = request;
    }

    void run(InputStream bytes) throws IOException {
        try (Fd folder = target();
                BufferedInputStream in = new BufferedInputStream(bytes, BUFFER);
                InputStream plain = Compression.of(in).open(in);
                ParentFolders parents = new ParentFolders(folder)) {
            PlaceEntries entries = new PlaceEntries(
                    folder, this, request.asUser() ? ContainerUser.of(view.root(), view.user()) : null);
            TarReader tar = new TarReader(new BufferedInputStream(plain, BUFFER), null);
            for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
                if (view.isRevoked()) {
                    throw WharfException.conflict("container " + request.ref() + " is being removed");
                }
                try {
                    place(entry, tar, parents, entries);
                } catch (LinuxException e) {
                    throw refusal(entry.name(), e);
                }
            }
            entries.applyTimes();
        } catch (EOFException e) {
            throw TarReader.truncated();
        }
    }

    /** A place where nothing can be made is the request's fault: /proc and /sys of a running container are the kernel's. */
    private WharfException refusal(String name, LinuxException e) {
        String text = "cannot extract " + name + " to " + request.path() + ": " + e.reason();
        return e.is(
                        Errno.ENOENT,
                        Errno.EACCES,
                        Errno.EPERM,
                        Errno.EROFS,
                        Errno.ENAMETOOLONG,
                        Errno.EINVAL,
                        Errno.ELOOP,
                        Errno.ENOTDIR,
                        Errno.EEXIST)
                ? WharfException.invalid(text)
                : WharfException.internal(text, e);
    }

    private Fd target() {
        InsidePath path = InsidePath.of(request.path());
        try {
            String real = FollowLinks.of(view.root(), path.clean());
            Fd folder;
            try {
                folder = Entries.openBeneath(view.root(), real, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, 0);
            } catch (LinuxException e) {
                if (e.is(Errno.ENOTDIR)) {
                    throw WharfException.invalid("extraction point is not a directory");
                }
                throw e;
            }
            try {
                refuseIfReadOnly(real);
            } catch (RuntimeException e) {
                folder.close();
                throw e;
            }
            return folder;
        } catch (LinuxException e) {
            throw Located.refusal(request.path(), request.ref(), e);
        }
    }

    /** The innermost mount decides; the kernel itself refuses what gets past this look. */
    private void refuseIfReadOnly(String path) {
        FileView.Place place = view.places().stream()
                .filter(mount -> path.equals(mount.destination()) || path.startsWith(mount.destination() + "/"))
                .max(Comparator.comparingInt(mount -> mount.destination().length()))
                .orElse(null);
        if (place != null && place.readOnly()) {
            throw WharfException.invalid("mounted volume is marked read-only");
        }
        if (place == null && view.readOnlyRoot()) {
            throw WharfException.invalid("container rootfs is marked read-only");
        }
    }

    private void place(TarEntry entry, TarReader tar, ParentFolders parents, PlaceEntries entries) throws IOException {
        String path = EntryPaths.clean(entry.name());
        if (path.isEmpty()) {
            return;
        }
        int slash = path.lastIndexOf('/');
        Fd in = parents.open(slash < 0 ? "" : path.substring(0, slash));
        coming = entry.kind();
        String name = path.substring(slash + 1);
        FileStatus there = FileStatus.ifPresent(in.value(), name).orElse(null);
        boolean merges = entry.kind() == Kind.DIRECTORY && there != null && there.isDirectory();
        if (there != null && !merges) {
            clear(in, name, path, there);
            parents.forget(in);
        }
        entries.place(in, name, path, entry, tar);
    }

    /** A file of the container is never written over: whoever has it open, or by another name, keeps it. */
    @Override
    public void clear(Fd in, String name, String path, FileStatus there) {
        if (request.keepKinds() && there.isDirectory() != (coming == Kind.DIRECTORY)) {
            throw WharfException.invalid(
                    there.isDirectory()
                            ? "cannot overwrite directory \"" + path + "\" with non-directory \"" + request.path()
                                    + "\""
                            : "cannot overwrite non-directory \"" + path + "\" with directory \"" + request.path()
                                    + "\"");
        }
        RemoveTree.at(in.value(), name);
    }
}
