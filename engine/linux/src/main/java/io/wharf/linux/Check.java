package io.wharf.linux;

/** Turns the kernel's negative answers into exceptions. */
final class Check {
    private Check() {}

    static int fd(String call, long result, Object... arguments) {
        return (int) that(call, result, arguments);
    }

    static long that(String call, long result, Object... arguments) {
        if (result < 0) {
            throw new LinuxException(call, (int) -result, arguments);
        }
        return result;
    }
}
