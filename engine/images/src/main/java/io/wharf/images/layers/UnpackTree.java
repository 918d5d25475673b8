package io.wharf.images.layers;

import io.wharf.base.WharfException;
import io.wharf.images.drivers.LayerFolder;
import io.wharf.images.drivers.RootFolder;
import io.wharf.images.drivers.Whiteouts;
import io.wharf.linux.Attributes;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.LowerFolders;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.RemoveTree;
import io.wharf.linux.Xattrs;
import io.wharf.tar.EntryPaths;
import io.wharf.tar.ParentFolders;
import io.wharf.tar.PlaceEntries;
import io.wharf.tar.TarEntry;
import io.wharf.tar.TarEntry.Kind;
import io.wharf.tar.TarReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks a layer's tar in the form of overlayfs: whiteouts become character devices 0:0, opaque folders an attribute.
 *
 * <p>No name, link or symlink of the tar leads out of the folder: parents are resolved by the kernel as if the folder were
 * the root, and everything else is done to single names in them. Owners are kept as they are.
 */
final class UnpackTree implements AutoCloseable, PlaceEntries.Replacing {
    private static final byte[] YES = "y".getBytes(StandardCharsets.US_ASCII);

    private final Path folder;
    private final Fd root;
    private final ParentFolders parents;
    private final @Nullable TarSplitWriter split;
    private final PlaceEntries entries;

    UnpackTree(Path folder, @Nullable TarSplitWriter split) {
        this.folder = folder;
        this.split = split;
        String diff = folder.resolve(LayerFolder.DIFF).toString();
        Entries.makeDirectory(diff, 0755);
        Attributes.mode(OpenFlags.AT_FDCWD, diff, 0755);
        this.root = Entries.openDirectory(diff);
        this.parents = new ParentFolders(root);
        this.entries = new PlaceEntries(root, this, null).inNewTree();
    }

    /** Unpacks all entries; the bytes of their files. */
    long unpack(TarReader tar) throws IOException {
        for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
            try {
                apply(entry, tar);
            } catch (LinuxException e) {
                throw failure(entry.name(), e);
            }
        }
        tar.drain();
        entries.applyTimes();
        return entries.contentBytes();
    }

    /** What no file system could make is the archive's fault. */
    private static WharfException failure(String name, LinuxException e) {
        String text = "failed to extract layer: " + name + ": " + e.reason();
        return e.is(
                        Errno.ENAMETOOLONG,
                        Errno.EINVAL,
                        Errno.ELOOP,
                        Errno.ENOTDIR,
                        Errno.ENOENT,
                        Errno.EEXIST,
                        Errno.EISDIR,
                        Errno.E2BIG)
                ? WharfException.invalid(text)
                : WharfException.internal(text, e);
    }

    private void apply(TarEntry entry, TarReader tar) throws IOException {
        String path = EntryPaths.clean(entry.name());
        int slash = path.lastIndexOf('/');
        String parent = slash < 0 ? "" : path.substring(0, slash);
        String name = path.substring(slash + 1);
        if (path.isEmpty()) {
            if (entry.kind() == Kind.DIRECTORY) {
                try (Fd top = Entries.openAt(root.value(), ".", OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0)) {
                    entries.describeFolder(top, path, entry);
                    RootFolder.note(folder);
                }
            }
            return;
        }
        Fd in = parents.open(parent);
        if (name.equals(Whiteouts.OPAQUE)) {
            Xattrs.set(in.value(), ".", Whiteouts.OPAQUE_XATTR, YES);
        } else if (name.startsWith(Whiteouts.AUFS)) {
            // Book-keeping of an old driver that some archives still carry.
            return;
        } else if (name.startsWith(Whiteouts.PREFIX)) {
            whiteOut(in, name.substring(Whiteouts.PREFIX.length()), entry.name());
        } else {
            entries.place(in, name, path, entry, tar);
        }
    }

    /** The layer removed what was below and then made a new folder of that name: nothing shows through. */
    @Override
    public void folderInPlaceOf(Fd in, String name, FileStatus before) {
        if (LowerFolders.isWhiteout(before)) {
            Xattrs.set(in.value(), name, Whiteouts.OPAQUE_XATTR, YES);
        }
    }

    private void whiteOut(Fd in, String name, String shown) {
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw WharfException.invalid("invalid whiteout " + shown);
        }
        try {
            Entries.makeNode(in.value(), name, FileStatus.S_IFCHR, 0);
        } catch (LinuxException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
            // A whiteout hides what is below and never what its own layer brings.
            if (FileStatus.ofEntry(in.value(), name).isDirectory()) {
                Xattrs.set(in.value(), name, Whiteouts.OPAQUE_XATTR, YES);
            }
        }
    }

    /** Takes away what an earlier entry made; the record of the tar may still need it. */
    @Override
    public void clear(Fd in, String name, String path, FileStatus there) {
        parents.forget(in);
        if (split == null) {
            RemoveTree.at(in.value(), name);
            return;
        }
        int number = split.replace(path);
        String shadow = folder.resolve(TarSplitWriter.SHADOW).toString();
        if (number == 0) {
            Entries.makeDirectory(shadow, 0700);
        }
        Entries.rename(in.value(), name, OpenFlags.AT_FDCWD, shadow + "/" + number, 0);
    }

    @Override
    public void close() {
        parents.close();
        root.close();
    }
}
