package io.wharf.tar;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a tar, with what PAX and GNU extensions say of it.
 *
 * @param name as the archive has it; bytes that are no UTF-8 are escaped as {@code io.wharf.linux.Names} does
 * @param size of the file in bytes, holes included
 * @param stored bytes of the content in the archive
 * @param link target of a symbolic or hard link
 * @param sparse where stored bytes go in a file with holes, null for one without
 */
public record TarEntry(
        String name,
        Kind kind,
        int mode,
        int uid,
        int gid,
        long size,
        long stored,
        long seconds,
        int nanos,
        String link,
        int major,
        int minor,
        Map<String, byte[]> xattrs,
        @Nullable List<Extent> sparse) {

    /** What an entry is. */
    public enum Kind {
        FILE('0'),
        HARD_LINK('1'),
        SYMLINK('2'),
        CHARACTER_DEVICE('3'),
        BLOCK_DEVICE('4'),
        DIRECTORY('5'),
        FIFO('6');

        final char flag;

        Kind(char flag) {
            this.flag = flag;
        }
    }

    /** This entry under another name, and a hard link's target likewise. */
    public TarEntry renamed(String newName, String newLink) {
        return new TarEntry(
                newName, kind, mode, uid, gid, size, stored, seconds, nanos, newLink, major, minor, xattrs, sparse);
    }

    /** This file as one with holes, of which only what is in the extents is stored. */
    TarEntry withHoles(List<Extent> extents) {
        long held = extents.stream().mapToLong(Extent::length).sum();
        return new TarEntry(
                name,
                kind,
                mode,
                uid,
                gid,
                size,
                held,
                seconds,
                nanos,
                link,
                major,
                minor,
                xattrs,
                List.copyOf(extents));
    }

    /** A run of stored bytes in a sparse file. */
    public record Extent(long offset, long length) {}

    public static TarEntry file(String name, int mode, long size) {
        return new TarEntry(name, Kind.FILE, mode, 0, 0, size, size, 0, 0, "", 0, 0, Map.of(), null);
    }

    public static TarEntry directory(String name, int mode) {
        return new TarEntry(name, Kind.DIRECTORY, mode, 0, 0, 0, 0, 0, 0, "", 0, 0, Map.of(), null);
    }
}
