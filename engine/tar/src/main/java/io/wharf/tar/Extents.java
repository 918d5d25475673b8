package io.wharf.tar;

import io.wharf.linux.Descriptors;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.tar.TarEntry.Extent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a file has data, and where holes. */
final class Extents {
    private static final int BLOCK = 512;
    /** A file in more pieces is stored whole: its map alone would take memory. */
    private static final int MOST = 8192;

    private Extents() {}

    /** The extents of a file with holes, the descriptor at its start again; null of one that has none worth a map. */
    static @Nullable List<Extent> ofSparse(Fd file, FileStatus status) {
        if (status.blocks() * BLOCK >= status.size()) {
            return null;
        }
        List<Extent> extents = new ArrayList<>();
        long size = status.size();
        long at = 0;
        while (at < size && extents.size() <= MOST) {
            long data = Descriptors.nextData(file, at, size);
            if (data >= size) {
                break;
            }
            long end = Math.min(size, Descriptors.nextHole(file, data, size));
            extents.add(new Extent(data, end - data));
            at = end;
        }
        Descriptors.seek(file, 0, 0);
        if (extents.isEmpty() || extents.getLast().offset() + extents.getLast().length() < size) {
            // By this GNU tar knows of a hole at the end.
            extents.add(new Extent(size, 0));
        }
        boolean whole = extents.size() == 1 && extents.getFirst().length() == size;
        return whole || extents.size() > MOST ? null : extents;
    }
}
