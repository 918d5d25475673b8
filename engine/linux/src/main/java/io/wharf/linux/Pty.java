package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

/** Pseudo-terminals: made here, or their masters received from a runtime. */
public final class Pty {
    private static final long TIOCGWINSZ = 0x5413;
    private static final long TIOCSWINSZ = 0x5414;
    private static final long TIOCGPTN = 0x80045430L;
    private static final long TIOCSPTLCK = 0x40045431L;

    private Pty() {}

    /** Rows and columns in characters. */
    public record Size(int rows, int columns) {}

    /** A new master; its other end is {@link #slavePath}. */
    public static Fd open() {
        var master = Entries.open("/dev/ptmx", OpenFlags.O_RDWR | OpenFlags.O_NOCTTY, 0);
        var unlocked = Scratch.get().zeroed(4);
        Descriptors.ioctl(master, TIOCSPTLCK, unlocked.address());
        return master;
    }

    public static String slavePath(Fd master) {
        var number = Scratch.get().zeroed(4);
        Descriptors.ioctl(master, TIOCGPTN, number.address());
        return "/dev/pts/" + number.get(JAVA_INT, 0);
    }

    /** Sets the size; the programs in it get SIGWINCH where it changed. */
    public static void resize(Fd terminal, Size size) {
        var winsize = Scratch.get().zeroed(8);
        winsize.set(JAVA_SHORT, 0, (short) size.rows);
        winsize.set(JAVA_SHORT, 2, (short) size.columns);
        Descriptors.ioctl(terminal, TIOCSWINSZ, winsize.address());
    }

    public static Size size(Fd terminal) {
        var winsize = Scratch.get().zeroed(8);
        Descriptors.ioctl(terminal, TIOCGWINSZ, winsize.address());
        return new Size(winsize.get(JAVA_SHORT, 0) & 0xffff, winsize.get(JAVA_SHORT, 2) & 0xffff);
    }
}
