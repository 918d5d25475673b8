package io.wharf.stats;

import io.wharf.contracts.Feed;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A container that somebody reads, and who does. Confined to the verticle's context; only the sampler is not. */
final class Target {
    /** A reader, and whether it has had a sample: its first is without the one before. */
    static final class Seat {
        final Feed.Reader reader;
        private boolean served;

        Seat(Feed.Reader reader, boolean served) {
            this.reader = reader;
            this.served = served;
        }
    }

    private final String id;
    private final Sampler sampler;
    private final List<Seat> seats = new ArrayList<>();
    private boolean busy;
    private boolean sampled;

    Target(String id, Sampler sampler) {
        this.id = id;
        this.sampler = sampler;
    }

    String id() {
        return id;
    }

    /** To be used by who made the target busy, or while it is not. */
    Sampler sampler() {
        return sampler;
    }

    /** Its sampler is at work; it may hang. */
    boolean busy() {
        return busy;
    }

    void busy(boolean now) {
        busy = now;
    }

    /** Whether there has been a sample, so that the next one has one before it. */
    boolean sampled() {
        return sampled;
    }

    boolean isRead() {
        return !seats.isEmpty();
    }

    /**
     * Lets somebody read.
     *
     * @param served whether samples shall have the one before from the first on
     */
    void join(Feed.Reader reader, boolean served) {
        seats.add(new Seat(reader, served));
    }

    void leave(Feed.Reader reader) {
        seats.removeIf(seat -> seat.reader == reader);
    }

    /** Whether a sample is wanted by readers that have, or have not, had one. */
    boolean wants(boolean served) {
        for (Seat seat : seats) {
            if (seat.served == served) {
                return true;
            }
        }
        return false;
    }

    /** Hands a sample in both forms to the readers; who has come since it was begun may have to wait for the next. */
    void deliver(Feed.@Nullable Message first, Feed.@Nullable Message next, Deliveries deliveries) {
        sampled |= first != null || next != null;
        for (Seat seat : seats) {
            Feed.Message message = seat.served ? next : first;
            if (message != null) {
                deliveries.add(seat.reader, message);
                seat.served = true;
            }
        }
    }

    /** It is removed: nothing comes any more. */
    void end() {
        for (Seat seat : seats) {
            seat.reader.loop().execute(seat.reader::end);
        }
        seats.clear();
    }
}
