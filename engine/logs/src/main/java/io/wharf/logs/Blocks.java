package io.wharf.logs;

/** The two arrays that a thread needs while it works on a log; nobody holds them while he waits. */
final class Blocks {
    /** What is read at once. */
    static final int BYTES = 128 << 10;
    /** So far behind a block's end a damaged time may be looked for. */
    private static final int SPARE = 64;

    private static final ThreadLocal<Blocks> OWN = ThreadLocal.withInitial(Blocks::new);

    final byte[] in = new byte[BYTES + SPARE];
    final byte[] out = new byte[BYTES + LogOutput.SPARE];

    private Blocks() {}

    static Blocks own() {
        return OWN.get();
    }
}
