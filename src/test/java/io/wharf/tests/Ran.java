package io.wharf.tests;

import java.util.List;

/**
 * What a program did.
 *
 * @param command the program and its arguments
 * @param code its exit code; 128 + n where signal n ended it
 * @param out its standard output
 * @param err its standard error
 */
record Ran(List<String> command, int code, String out, String err) {
    /** This, after making sure that the program succeeded. */
    Ran ok() {
        if (code != 0) {
            throw new AssertionError("exit code " + code + " from " + String.join(" ", command) + "\n" + err + out);
        }
        return this;
    }

    /** Standard output without the white space around it. */
    String text() {
        return out.strip();
    }

    List<String> lines() {
        return out.lines().toList();
    }
}
