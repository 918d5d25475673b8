package io.wharf.tar;

import io.wharf.base.WharfException;
import java.util.ArrayDeque;
import java.util.Deque;

/** Names in archives as paths below a root. */
public final class EntryPaths {
    private EntryPaths() {}

    /** The path below the root, without {@code .}, {@code ..} and doubled slashes; one that climbs out is refused. */
    public static String clean(String name) {
        return isClean(name) ? name : cleaned(name);
    }

    /** As nearly all names are: no part is empty or begins with a dot that could be one of the two. */
    private static boolean isClean(String name) {
        char before = '/';
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (before == '/' && (c == '/' || c == '.')) {
                return false;
            }
            before = c;
        }
        return before != '/';
    }

    private static String cleaned(String name) {
        Deque<String> parts = new ArrayDeque<>();
        for (String part : name.split("/")) {
            if (part.equals("..")) {
                if (parts.pollLast() == null) {
                    throw WharfException.invalid("invalid tar header: \"" + name + "\" is outside of the root");
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return String.join("/", parts);
    }
}
