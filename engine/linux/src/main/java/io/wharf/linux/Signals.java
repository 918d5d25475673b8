package io.wharf.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/** Signal numbers and names (x86-64 and arm64), as Docker's clients write them. */
public final class Signals {
    public static final int SIGHUP = 1;
    public static final int SIGINT = 2;
    public static final int SIGQUIT = 3;
    public static final int SIGKILL = 9;
    public static final int SIGUSR1 = 10;
    public static final int SIGUSR2 = 12;
    public static final int SIGPIPE = 13;
    public static final int SIGTERM = 15;
    public static final int SIGCHLD = 17;
    public static final int SIGCONT = 18;
    public static final int SIGSTOP = 19;
    public static final int SIGWINCH = 28;

    /** As the C library shows them to programs: the first two of the kernel's are its own. */
    private static final int SIGRTMIN = 34;

    private static final int SIGRTMAX = 64;
    /** The kernel's struct sigaction, and its mask alone. */
    private static final int ACTION_BYTES = 32;

    private static final int MASK_BYTES = 8;
    private static final long IGNORED = 1;
    private static final String[] NAMES =
            ("HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT"
                            + " CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS")
                    .split(" ");

    private Signals() {}

    /**
     * The number of "KILL", "SIGKILL", "sigkill", "9", "RTMIN", "SIGRTMIN+3" or "RTMAX-1"; empty for what is none.
     * Numbers are taken from 1 to 64.
     */
    public static OptionalInt number(String text) {
        var name = text.strip().toUpperCase(Locale.ROOT);
        if (!name.isEmpty() && name.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return name.length() <= 3 ? within(1, Integer.parseInt(name)) : OptionalInt.empty();
        }
        if (name.startsWith("SIG")) {
            name = name.substring(3);
        }
        if (name.startsWith("RTMIN") || name.startsWith("RTMAX")) {
            return realTime(name.startsWith("RTMIN") ? SIGRTMIN : SIGRTMAX, name.substring(5));
        }
        return switch (name) {
            case "CLD" -> OptionalInt.of(SIGCHLD);
            case "POLL" -> OptionalInt.of(29);
            case "IOT" -> OptionalInt.of(6);
            case "UNUSED" -> OptionalInt.of(31);
            default -> named(name);
        };
    }

    /** Whether programs may be sent it: 32 and 33 are the C library's own. */
    public static boolean isSupported(long number) {
        return number >= 1 && number <= SIGRTMAX && (number <= NAMES.length || number >= SIGRTMIN);
    }

    private static OptionalInt named(String name) {
        var index = List.of(NAMES).indexOf(name);
        return index < 0 ? OptionalInt.empty() : OptionalInt.of(index + 1);
    }

    private static OptionalInt realTime(int base, String rest) {
        if (rest.isEmpty()) {
            return OptionalInt.of(base);
        }
        if (!rest.matches("[+-][0-9]{1,2}")) {
            return OptionalInt.empty();
        }
        return within(SIGRTMIN, base + Integer.parseInt(rest));
    }

    private static OptionalInt within(int least, int number) {
        return number >= least && number <= SIGRTMAX ? OptionalInt.of(number) : OptionalInt.empty();
    }

    /**
     * Has this process hear a signal that it was started to ignore, as a shell starts what is to run in its background: the
     * JVM would leave such a one ignored, whoever asked to handle it.
     */
    public static void heed(int number) {
        try (var arena = Arena.ofConfined()) {
            // A struct of zeros: the signal's default action, with no flags and nothing masked.
            var action = arena.allocate(ACTION_BYTES, 8);
            var before = arena.allocate(ACTION_BYTES, 8);
            sigaction(number, 0, before.address());
            if (before.get(ValueLayout.JAVA_LONG, 0) == IGNORED) {
                sigaction(number, action.address(), 0);
            }
        }
    }

    private static void sigaction(int number, long action, long before) {
        Check.that("rt_sigaction", Native.syscall(Nr.RT_SIGACTION, number, action, before, MASK_BYTES), name(number));
    }

    /** With the prefix, as {@code SIGKILL} for 9 and {@code SIGRTMIN+3} for 37. */
    public static String name(int number) {
        if (number >= 1 && number <= NAMES.length) {
            return "SIG" + NAMES[number - 1];
        }
        if (number == SIGRTMIN) {
            return "SIGRTMIN";
        }
        return number > SIGRTMIN && number <= SIGRTMAX ? "SIGRTMIN+" + (number - SIGRTMIN) : "signal " + number;
    }
}
