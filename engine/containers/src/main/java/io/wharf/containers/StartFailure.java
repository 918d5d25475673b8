package io.wharf.containers;

import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why a container could not start: the exit code it shows, and the refusal in the words by which Docker's clients tell
 * 127 (not found) and 126 (not executable) from other failures.
 */
record StartFailure(int exitCode, WharfException refusal) {
    private static final int NOT_FOUND = 127;
    private static final int NOT_EXECUTABLE = 126;
    private static final int OTHER = 128;
    private static final String PREFIX =
            "failed to create task for container: failed to create shim task: OCI runtime create failed: ";
    private static final Pattern CRUN_PROGRAM =
            Pattern.compile("executable file [`'\"](.*)[`'\"] not found in \\$PATH.*");

    /** Of what the runtime said in its log, or the monitor for it. */
    static StartFailure ofRuntime(String said) {
        String text = worded(said);
        if (text.contains("executable file not found")
                || text.contains("no such file or directory")
                || text.contains("cannot find the file")) {
            return new StartFailure(NOT_FOUND, refusal(ErrorKind.INVALID_ARGUMENT, text));
        }
        if (text.contains("permission denied") || text.contains("is a directory")) {
            return new StartFailure(NOT_EXECUTABLE, refusal(ErrorKind.INVALID_ARGUMENT, text));
        }
        if (text.contains("not a directory")) {
            return new StartFailure(
                    NOT_FOUND,
                    refusal(
                            ErrorKind.INVALID_ARGUMENT,
                            text
                                    + ": Are you trying to mount a directory onto a file (or vice-versa)? Check if the"
                                    + " specified host path exists and is the expected type"));
        }
        return new StartFailure(OTHER, refusal(ErrorKind.INTERNAL, text));
    }

    /** Of anything else on the way: network, volumes, files. */
    static StartFailure of(Throwable failure) {
        return failure instanceof Refused refused
                ? refused.failure
                : new StartFailure(OTHER, WharfException.of(failure));
    }

    /** Carries a failure through futures. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        // Never serialised.
        private final transient StartFailure failure;

        Refused(StartFailure failure) {
            super(failure.refusal().getMessage(), null, false, false);
            this.failure = failure;
        }
    }

    RuntimeException asException() {
        return new Refused(this);
    }

    private static WharfException refusal(ErrorKind kind, String text) {
        return new WharfException(kind, PREFIX + text + ": unknown");
    }

    /** The runtimes' texts as one: crun writes as strerror(3) does, with capitals, and names the program elsewhere. */
    static String worded(String said) {
        String text = said.strip()
                .replace("No such file or directory", "no such file or directory")
                // What crun says of a folder.
                .replace("open executable: Operation not permitted", "open executable: permission denied")
                .replace("Permission denied", "permission denied")
                .replace("Is a directory", "is a directory")
                .replace("Not a directory", "not a directory");
        Matcher crun = CRUN_PROGRAM.matcher(text);
        return crun.find() ? "exec: \"" + crun.group(1) + "\": executable file not found in $PATH" : text;
    }
}
