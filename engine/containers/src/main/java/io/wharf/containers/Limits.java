package io.wharf.containers;

/** How long the engine waits for what should take moments; tests make it shorter. */
final class Limits {
    /** For one command of the OCI runtime, its create included. */
    static final int RUNTIME_SECONDS = Integer.getInteger("wharf.runtime.seconds", 60);

    /** From SIGKILL until a process must be gone; as Docker. */
    static final int KILL_SECONDS = Integer.getInteger("wharf.kill.seconds", 10);

    private Limits() {}
}
