package io.wharf.daemon;

/** What the operator says at present; read on any thread. */
final class Standing {
    private volatile Told told;

    Standing(Told told) {
        this.told = told;
    }

    Told get() {
        return told;
    }

    void set(Told now) {
        told = now;
    }
}
