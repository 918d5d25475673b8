package io.wharf.linux;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** All mounts of this process's namespace at one moment, in the kernel's order: parents before children. */
public record MountTable(List<MountEntry> entries) {
    private static final int FIXED_FIELDS = 6;

    public MountTable {
        entries = List.copyOf(entries);
    }

    public static MountTable read() {
        return parse(SmallFiles.read("/proc/self/mountinfo"));
    }

    static MountTable parse(String text) {
        var entries = new ArrayList<MountEntry>();
        for (var line : text.split("\n")) {
            if (!line.isEmpty()) {
                entries.add(entry(line));
            }
        }
        return new MountTable(entries);
    }

    private static MountEntry entry(String line) {
        var fields = line.split(" ", -1);
        var tags = new ArrayList<String>();
        var at = FIXED_FIELDS;
        while (!fields[at].equals("-")) {
            tags.add(fields[at++]);
        }
        return new MountEntry(
                Integer.parseInt(fields[0]),
                Integer.parseInt(fields[1]),
                fields[2],
                unescape(fields[3]),
                unescape(fields[4]),
                fields[5],
                tags,
                fields[at + 1],
                unescape(fields[at + 2]),
                unescape(fields[at + 3]));
    }

    /** The kernel writes blanks, backslashes and others as a backslash and three octal digits. */
    static String unescape(String field) {
        if (field.indexOf('\\') < 0) {
            return field;
        }
        var out = new StringBuilder(field.length());
        for (var i = 0; i < field.length(); i++) {
            var c = field.charAt(i);
            if (c == '\\' && i + 3 < field.length() && isOctal(field, i + 1)) {
                out.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static boolean isOctal(String text, int from) {
        return text.substring(from, from + 3).chars().allMatch(c -> c >= '0' && c <= '7');
    }

    /** The topmost mount exactly on this path. */
    public Optional<MountEntry> at(String path) {
        return entries.stream().filter(entry -> entry.mountPoint().equals(path)).reduce((lower, upper) -> upper);
    }

    /** The mount that a path without symlinks lies on. */
    public Optional<MountEntry> holding(String path) {
        return entries.stream()
                .filter(entry -> isAtOrBelow(path, entry.mountPoint()))
                .reduce((best, next) ->
                        next.mountPoint().length() >= best.mountPoint().length() ? next : best);
    }

    /** The mounts on a path and below it, in the order in which they can be unmounted. */
    public List<MountEntry> atOrBelow(String prefix) {
        return entries.stream()
                .filter(entry -> isAtOrBelow(entry.mountPoint(), prefix))
                .sorted(Comparator.comparingInt((MountEntry entry) -> depth(entry.mountPoint()))
                        .reversed())
                .toList();
    }

    private static int depth(String path) {
        return (int) path.chars().filter(c -> c == '/').count();
    }

    private static boolean isAtOrBelow(String path, String prefix) {
        return prefix.equals("/") || path.equals(prefix) || path.startsWith(prefix + "/");
    }
}
