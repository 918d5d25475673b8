package io.wharf.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Places where tests let the engine die or a step fail; nothing where the property {@code wharf.failpoints} is not set.
 *
 * <p>The property names a file. Each step that is reached is appended to FILE{@code .seen} as {@code NAME#N}, N counting
 * from 1 since the file last changed. Where the file's text is {@code NAME#N kill}, the process ends there as by
 * {@code kill -9}; with {@code NAME#N fail} the step fails. Names of steps that cannot fail end with {@code !}.
 */
public final class FailurePoint {
    private static final @Nullable String FILE = System.getProperty("wharf.failpoints");
    private static final int KILLED = 137;

    private static final Map<String, Integer> COUNTS = new HashMap<>();
    private static String armed = "";

    private FailurePoint() {}

    /** Whether any step can be made to fail in this process. */
    public static boolean used() {
        return FILE != null;
    }

    /** A step is reached; fails or does not return where a test wants that. */
    public static void reach(String step) {
        if (FILE != null) {
            reached(FILE, step);
        }
    }

    /** The same for what cannot fail any more: it is done, and only the process may end. */
    public static void died(String step) {
        if (FILE != null) {
            reached(FILE, step + "!");
        }
    }

    private static synchronized void reached(String file, String step) {
        try {
            String wanted = Files.exists(Path.of(file))
                    ? Files.readString(Path.of(file)).strip()
                    : "";
            if (!wanted.equals(armed)) {
                armed = wanted;
                COUNTS.clear();
            }
            String name = step + "#" + COUNTS.merge(step, 1, Integer::sum);
            if (wanted.isEmpty()) {
                return;
            }
            Files.writeString(
                    Path.of(file + ".seen"), name + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            if (wanted.equals(name + " kill")) {
                Runtime.getRuntime().halt(KILLED);
            }
            if (wanted.equals(name + " fail")) {
                throw WharfException.internal("failure point " + name);
            }
        } catch (IOException e) {
            throw WharfException.internal("failure point " + step + ": " + e.getMessage(), e);
        }
    }
}
