package io.wharf.stats;

import io.wharf.linux.KernelFile;

/** The text of a kernel file, read into one array that is used again, and a place in it that moves on while parsing. */
final class KernelText {
    /** A kernel file of counters is a page or two, also where there are hundreds of processors or devices. */
    private static final int ROOM = 64 << 10;

    private final byte[] bytes;
    private int end;
    private int at;

    KernelText() {
        this(ROOM);
    }

    private KernelText(int room) {
        bytes = new byte[room];
    }

    /** For what was recorded. */
    static KernelText of(String recorded) {
        KernelText text = new KernelText(recorded.length());
        System.arraycopy(JsonBytes.ascii(recorded), 0, text.bytes, 0, recorded.length());
        text.taken(recorded.length());
        return text;
    }

    /** Reads a file from its start; false where what it tells of is gone. */
    boolean read(KernelFile file) {
        return taken(file.read(bytes));
    }

    byte[] bytes() {
        return bytes;
    }

    /** So many bytes have been put into the array. */
    boolean taken(int count) {
        end = Math.max(0, count);
        at = 0;
        return count >= 0;
    }

    boolean more() {
        return at < end;
    }

    int at() {
        return at;
    }

    void rewind() {
        at = 0;
    }

    /** Goes back to a place that {@link #at} told. */
    void back(int to) {
        at = to;
    }

    byte peek() {
        return at < end ? bytes[at] : 0;
    }

    void skip(int count) {
        at += count;
    }

    /** Goes to the beginning of the next line. */
    void nextLine() {
        while (at < end && bytes[at] != '\n') {
            at++;
        }
        at++;
    }

    /** Goes past blanks, within the line. */
    void blanks() {
        while (at < end && (bytes[at] == ' ' || bytes[at] == '\t')) {
            at++;
        }
    }

    /** Goes to the end of the word that begins here; its length. */
    int word() {
        int from = at;
        while (at < end && bytes[at] > ' ') {
            at++;
        }
        return at - from;
    }

    /** Whether the bytes here are these; goes past them where they are. */
    boolean accept(byte[] expected) {
        if (at + expected.length > end) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (bytes[at + i] != expected[i]) {
                return false;
            }
        }
        at += expected.length;
        return true;
    }

    boolean isDigit() {
        return at < end && bytes[at] >= '0' && bytes[at] <= '9';
    }

    /** The number here, past blanks; {@code max} is the largest of 64 bits without sign, that is -1. */
    long number() {
        blanks();
        if (at < end && bytes[at] == 'm') {
            word();
            return -1;
        }
        // Counters of the kernel's that went below zero for a moment count as nothing.
        boolean negative = at < end && bytes[at] == '-';
        if (negative) {
            at++;
        }
        long value = 0;
        while (isDigit()) {
            value = value * 10 + (bytes[at++] - '0');
        }
        return negative ? 0 : value;
    }
}
