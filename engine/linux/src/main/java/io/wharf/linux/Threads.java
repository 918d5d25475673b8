package io.wharf.linux;

/** What a platform thread may ask of the scheduler for itself. */
public final class Threads {
    private static final int PRIO_PROCESS = 0;
    private static final int ITSELF = 0;

    private Threads() {}

    /** Sets the niceness of the calling thread alone, -20 to 19: Linux keeps one for each thread. */
    public static void nice(int niceness) {
        Check.that("setpriority", Native.syscall(Nr.SETPRIORITY, PRIO_PROCESS, ITSELF, niceness), niceness);
    }
}
