package io.wharf.networking.dns;

/**
 * What one container may have under way at others' cost: questions, and connections for those that go by TCP, each of which
 * is a descriptor of the engine's.
 */
final class Allowance {
    /** As Docker's. */
    static final int MOST_QUESTIONS = 1024;

    /** Everybody has these, however much the others ask. */
    static final int OWN_QUESTIONS = 32;

    static final int MOST_STREAMS = 64;

    private final Forwarding all;
    private int questions;
    private int streams;

    Allowance(Forwarding all) {
        this.all = all;
    }

    /** Takes a place for a question. A container that asks much never has more than what is left for all the others. */
    boolean takeQuestion() {
        if (questions >= OWN_QUESTIONS && questions >= Math.min(MOST_QUESTIONS, all.free())) {
            return false;
        }
        questions++;
        all.taken();
        return true;
    }

    void giveQuestion() {
        questions--;
        all.given();
    }

    boolean hasStream() {
        return streams < MOST_STREAMS;
    }

    void takeStream() {
        streams++;
    }

    void giveStream() {
        streams--;
    }
}
