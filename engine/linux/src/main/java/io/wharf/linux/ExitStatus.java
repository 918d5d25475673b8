package io.wharf.linux;

/**
 * How a process ended: by itself with a code, or by a signal.
 *
 * @param code 0 to 255; 0 where a signal ended it
 * @param signal 0 where it ended by itself
 */
public record ExitStatus(int code, int signal, boolean coreDumped) {
    private static final int CLD_EXITED = 1;
    private static final int CLD_DUMPED = 3;
    private static final int SIGNAL_BASE = 128;

    public static ExitStatus exited(int code) {
        return new ExitStatus(code & 0xff, 0, false);
    }

    public static ExitStatus killed(int signal) {
        return new ExitStatus(0, signal, false);
    }

    /** From si_code and si_status of waitid(2). */
    static ExitStatus of(int siCode, int siStatus) {
        return siCode == CLD_EXITED ? exited(siStatus) : new ExitStatus(0, siStatus, siCode == CLD_DUMPED);
    }

    /** From the status word of wait(2), as conmon and others write it. */
    public static ExitStatus ofWaitStatus(int status) {
        var signal = status & 0x7f;
        return signal == 0 ? exited(status >> 8) : new ExitStatus(0, signal, (status & 0x80) != 0);
    }

    public boolean success() {
        return code == 0 && signal == 0;
    }

    /** The shell's and Docker's one number: the code, or 128 and the signal. */
    public int number() {
        return signal == 0 ? code : SIGNAL_BASE + signal;
    }

    @Override
    public String toString() {
        return signal == 0 ? "exit status " + code : "signal " + Signals.name(signal);
    }
}
