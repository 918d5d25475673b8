package io.wharf.images.drivers;

import io.wharf.linux.Descent;
import io.wharf.linux.Directories;
import io.wharf.linux.Names;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
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

    /** Which names count, by the one of the step's sources that they were read from. */
    interface Wanted {
        boolean test(int source, String name);
    }

    /** The names of one folder, or of several that show through each other. */
    Folder folder() {
        return new Folder();
    }

    final class Folder {
        /** Which of the step's sources is being read. */
        private int source;

        private @Nullable NavigableSet<String> names;

        private Folder() {}

        /** The next name, null at the end. */
        @Nullable
        String next(Descent.Step<?> step, Wanted wanted) {
            while (names == null && source < step.sources()) {
                names = read(step, wanted);
            }
            String name = names == null ? null : names.pollFirst();
            if (name != null) {
                held -= bytes(name);
            }
            if (names != null && names.isEmpty()) {
                // A deep tree has many of these.
                names = null;
            }
            return name;
        }

        private @Nullable NavigableSet<String> read(Descent.Step<?> step, Wanted wanted) {
            NavigableSet<String> read = new TreeSet<>(BY_BYTES);
            List<Directories.Entry> some = new ArrayList<>();
            do {
                some.clear();
                int from = source;
                if (!Directories.readSome(step.source(from), some, held < MOST_BYTES ? MANY_BYTES : FEW_BYTES)) {
                    source++;
                }
                for (Directories.Entry entry : some) {
                    if (wanted.test(from, entry.name()) && read.add(entry.name())) {
                        held += bytes(entry.name());
                    }
                }
            } while (source < step.sources() && held < MOST_BYTES);
            return read.isEmpty() ? null : read;
        }
    }
}
