package io.wharf.containers;

import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;

/** Why a further process could not start: the exit code that clients then ask for, and Docker's words. */
record ExecFailure(int exitCode, WharfException refusal) {
    private static final int NOT_FOUND = 127;
    private static final int NOT_EXECUTABLE = 126;

    /** Of what the runtime said. */
    static ExecFailure ofRuntime(String said) {
        String text = StartFailure.worded(said);
        boolean missing = text.contains("executable file not found") || text.contains("no such file or directory");
        return new ExecFailure(
                missing ? NOT_FOUND : NOT_EXECUTABLE,
                new WharfException(
                        ErrorKind.INVALID_ARGUMENT, "OCI runtime exec failed: " + prefixed(text) + ": unknown"));
    }

    // runc begins so by itself; crun does not.
    private static String prefixed(String text) {
        return text.startsWith("exec failed: ") ? text : "exec failed: unable to start container process: " + text;
    }

    /** Of anything on the way to the runtime: an unknown user, a full disk. */
    static ExecFailure of(Throwable failure) {
        return failure instanceof Refused refused
                ? refused.failure
                : new ExecFailure(NOT_EXECUTABLE, WharfException.of(failure));
    }

    RuntimeException asException() {
        return new Refused(this);
    }

    /** Carries a failure through futures. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        // Never serialised.
        private final transient ExecFailure failure;

        private Refused(ExecFailure failure) {
            super(failure.refusal().getMessage(), null, false, false);
            this.failure = failure;
        }
    }
}
