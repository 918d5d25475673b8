package io.wharf.linux;

/** The identity of the running boot. */
public final class Boot {
    private Boot() {}

    /** A UUID made by the kernel at each boot. */
    public static String id() {
        return Held.ID;
    }

    private static final class Held {
        static final String ID =
                SmallFiles.read("/proc/sys/kernel/random/boot_id").strip();
    }
}
