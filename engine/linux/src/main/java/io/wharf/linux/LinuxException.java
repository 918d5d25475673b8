package io.wharf.linux;

import java.util.Collection;
import java.util.StringJoiner;

/** A call that the kernel or the C library refused: names the call, its arguments and the reason. */
public final class LinuxException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String call;
    private final int errno;

    /** Arguments are shown as they would be written in C: strings in quotes, numbers in decimal. */
    public LinuxException(String call, int errno, Object... arguments) {
        super(message(call, errno, arguments));
        this.call = call;
        this.errno = errno;
    }

    /** For answers whose reason is more than an errno, as netlink's extended acknowledgements. */
    public static LinuxException because(String call, int errno, String reason, Object... arguments) {
        return new LinuxException(
                message(call, errno, arguments) + (reason.isEmpty() ? "" : ": " + reason), call, errno);
    }

    private LinuxException(String message, String call, int errno) {
        super(message);
        this.call = call;
        this.errno = errno;
    }

    public String call() {
        return call;
    }

    public int errno() {
        return errno;
    }

    public boolean is(int... anyOf) {
        for (var candidate : anyOf) {
            if (candidate == errno) {
                return true;
            }
        }
        return false;
    }

    /** The reason alone, in the C library's words: what Docker's messages end with. */
    public String reason() {
        return Errno.text(errno);
    }

    private static String message(String call, int errno, Object[] arguments) {
        var list = new StringJoiner(", ", call + "(", ")");
        for (var argument : arguments) {
            list.add(show(argument));
        }
        return list + ": " + Errno.text(errno) + " (" + Errno.name(errno) + ")";
    }

    private static String show(Object argument) {
        if (argument instanceof Collection<?> several) {
            var list = new StringJoiner(", ", "[", "]");
            several.stream().limit(16).forEach(one -> list.add(show(one)));
            return several.size() <= 16 ? list.toString() : list + " and " + (several.size() - 16) + " more";
        }
        return argument instanceof String text ? '"' + text + '"' : String.valueOf(argument);
    }
}
