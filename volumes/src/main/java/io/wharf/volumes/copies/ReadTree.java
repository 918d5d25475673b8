package io.wharf.volumes.copies;

import io.wharf.base.WharfException;
import io.wharf.linux.Entries;
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
import io.wharf.tar.TarLimits;
import io.wharf.tar.TarReader;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * Reads a tar into an empty folder: plain, or packed with gzip, bzip2, xz or zstd. Nothing of it is made outside of the
 * folder, whatever its names and links say. A tar that is cut off is an error.
 */
public final class ReadTree {
    private static final int BUFFER = 64 << 10;
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
    /** A volume may be larger than any image: what bounds it is its disk or its quota. */
    private static final TarLimits LIMITS = new TarLimits(
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            TarLimits.USUAL.nameBytes(),
            TarLimits.USUAL.xattrBytes(),
            TarLimits.USUAL.ratio());

    private ReadTree() {}

    /** Blocks as long as the sender does. */
    public static void run(InputStream bytes, Path into) throws IOException {
        try (Fd root = Entries.open(into.toString(), FOLDER, 0);
                BufferedInputStream in = new BufferedInputStream(bytes, BUFFER);
                InputStream plain = Compression.of(in).open(in);
                ParentFolders parents = new ParentFolders(root)) {
            PlaceEntries entries =
                    new PlaceEntries(root, ReadTree::clear, null).inNewTree().withEveryAttribute();
            TarReader tar = new TarReader(new BufferedInputStream(plain, BUFFER), null, LIMITS);
            for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
                try {
                    place(root, entry, tar, parents, entries);
                } catch (LinuxException e) {
                    throw WharfException.internal("cannot extract " + entry.name() + ": " + e.reason(), e);
                }
            }
            entries.applyTimes();
        } catch (EOFException e) {
            throw TarReader.truncated();
        }
    }

    private static void place(Fd root, TarEntry entry, TarReader tar, ParentFolders parents, PlaceEntries entries)
            throws IOException {
        String path = EntryPaths.clean(entry.name());
        if (path.isEmpty()) {
            if (entry.kind() == TarEntry.Kind.DIRECTORY) {
                entries.describeFolder(root, "", entry);
            }
            return;
        }
        int slash = path.lastIndexOf('/');
        Fd in = parents.open(slash < 0 ? "" : path.substring(0, slash));
        String name = path.substring(slash + 1);
        FileStatus there = FileStatus.ifPresent(in.value(), name).orElse(null);
        if (there != null && !(there.isDirectory() && entry.kind() == TarEntry.Kind.DIRECTORY)) {
            RemoveTree.at(in.value(), name);
            parents.forget(in);
        }
        entries.place(in, name, path, entry, tar);
    }

    /** An archive may tell of a name twice: the later entry counts. */
    private static void clear(Fd in, String name, String path, FileStatus there) {
        RemoveTree.at(in.value(), name);
    }
}
