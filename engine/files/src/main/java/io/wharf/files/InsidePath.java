package io.wharf.files;

import io.wharf.base.WharfException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A path inside a container as a client wrote it: absolute and clean, and whether it says by its end ({@code /} or
 * {@code /.}) that it is a folder.
 *
 * @param clean absolute, without {@code .}, {@code ..} and doubled slashes
 * @param end {@code ""}, {@code "/"} or {@code "/."}
 */
record InsidePath(String clean, String end) {

    static InsidePath of(String text) {
        if (text.isEmpty()) {
            throw WharfException.invalid("bad parameter: path cannot be empty");
        }
        if (text.indexOf('\0') >= 0) {
            throw WharfException.invalid("bad parameter: path contains a null character");
        }
        Deque<String> parts = new ArrayDeque<>();
        for (String part : text.split("/")) {
            if (part.equals("..")) {
                parts.pollLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        String clean = "/" + String.join("/", parts);
        String end = text.endsWith("/.") || text.equals(".") ? "/." : text.endsWith("/") && !parts.isEmpty() ? "/" : "";
        return new InsidePath(clean, end);
    }

    boolean saysFolder() {
        return !end.isEmpty() || clean.equals("/");
    }

    String parent() {
        int slash = clean.lastIndexOf('/');
        return slash <= 0 ? "/" : clean.substring(0, slash);
    }

    /** The last part; empty of the root. */
    String last() {
        return clean.substring(clean.lastIndexOf('/') + 1);
    }

    /** What the client calls it: {@code .} where the path ends so, {@code /} of the root. */
    String shown() {
        if (end.equals("/.")) {
            return ".";
        }
        return clean.equals("/") ? "/" : last();
    }
}
