package io.wharf.tests.tap;

import io.wharf.openapi.Contract;
import io.wharf.openapi.Operation;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What replies and contract said differently, each once, with the first example; and which operations were seen at all. */
final class Disagreements {
    private static final int MOST = 100;
    /** Places in an array and names of map entries, which make a hundred complaints of one. */
    private static final Pattern INDEX = Pattern.compile("\\[\\d+]|/\\d+|[0-9a-f]{12,}");

    private static final Map<String, LongAdder> SEEN = new ConcurrentSkipListMap<>();

    private final Map<String, String> found = new TreeMap<>();
    private int dropped;

    synchronized void add(String reply, String where, String what, String example) {
        String key = reply + ": " + where + ": " + INDEX.matcher(what).replaceAll("…");
        if (found.size() < MOST) {
            found.putIfAbsent(key, example);
        } else {
            dropped++;
        }
    }

    @Override
    public synchronized String toString() {
        return found.entrySet().stream()
                        .map(entry -> entry.getKey() + "\n    " + entry.getValue())
                        .collect(Collectors.joining("\n"))
                + (dropped == 0 ? "" : "\nand " + dropped + " more");
    }

    /** Counts a reply of an operation. */
    static void seen(String operation, int status) {
        SEEN.computeIfAbsent(operation + "\t" + status, key -> new LongAdder()).increment();
    }

    /** How often each operation has answered with each status in this run, a line each; then those that never have. */
    static String counts() {
        return SEEN.entrySet().stream()
                        .map(entry -> entry.getKey() + "\t" + entry.getValue() + "\n")
                        .collect(Collectors.joining())
                + Contract.operations().stream()
                        .map(Operation::id)
                        .filter(id -> SEEN.keySet().stream().noneMatch(key -> key.startsWith(id + "\t")))
                        .map(id -> id + "\t-\t0\n")
                        .collect(Collectors.joining());
    }
}
