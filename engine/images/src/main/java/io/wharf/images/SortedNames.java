package io.wharf.images;

import io.wharf.linux.Directories;
import io.wharf.linux.Fd;
import io.wharf.linux.Names;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The names of folders on the way down a tree, in order of their bytes. How many there are is a container's to say, so what
 * is kept of all of them together is bounded: names beyond it come sorted in parts.
 */
final class SortedNames {
    private static final Comparator<String> BY_BYTES = SortedNames::compare;
    /** Some 50,000 usual names. */
    private static final long MOST_BYTES = 8 << 20;
    /** Of a string and its place in a set. */
    private static final int OVERHEAD_BYTES = 128;

    private static final int MANY_BYTES = 32 << 10;
    private static final int FEW_BYTES = 1 << 10;

    private long held;

    private static int compare(String one, String other) {
        int least = Math.min(one.length(), other.length());
        int at = 0;
        while (at < least && one.charAt(at) == other.charAt(at)) {
            at++;
        }
        if (at == least) {
            return one.length() - other.length();
        }
        // Where both are ASCII the bytes need not be made.
        return one.charAt(at) < 0x80 && other.charAt(at) < 0x80
                ? one.charAt(at) - other.charAt(at)
                : Arrays.compareUnsigned(Names.encode(one), Names.encode(other));
    }

    private static long bytes(String name) {
        return OVERHEAD_BYTES + 2L * name.length();
    }

    /**
     * The names of one folder, or of several that show through each other.
     *
     * @param wanted which names count, by the folder that they were read from
     */
    Folder of(List<Fd> folders, BiPredicate<Fd, String> wanted) {
        return new Folder(folders, wanted);
    }

    final class Folder {
        private final Deque<Fd> unread;
        private final BiPredicate<Fd, String> wanted;
        private final NavigableSet<String> names = new TreeSet<>(BY_BYTES);

        private Folder(List<Fd> folders, BiPredicate<Fd, String> wanted) {
            unread = new ArrayDeque<>(folders);
            this.wanted = wanted;
        }

        /** The next name, null at the end. */
        @Nullable
        String next() {
            while (!unread.isEmpty() && names.isEmpty()) {
                read();
            }
            String name = names.pollFirst();
            if (name != null) {
                held -= bytes(name);
            }
            return name;
        }

        private void read() {
            List<Directories.Entry> some = new ArrayList<>();
            do {
                Fd from = unread.element();
                some.clear();
                if (!Directories.readSome(from, some, held < MOST_BYTES ? MANY_BYTES : FEW_BYTES)) {
                    unread.remove();
                }
                for (Directories.Entry entry : some) {
                    if (wanted.test(from, entry.name()) && names.add(entry.name())) {
                        held += bytes(entry.name());
                    }
                }
            } while (!unread.isEmpty() && held < MOST_BYTES);
        }
    }
}
