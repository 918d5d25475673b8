package io.wharf.containers;

import io.wharf.base.WharfException;
import java.util.Locale;
import java.util.Set;

/**
 * Where a container is in its life.
 *
 * <pre>
 *   create
 *     |
 *  CREATED --start--> RUNNING <--pause/unpause--> PAUSED
 *     |                ^  |                         |
 *     |     delay over |  | exit                    | exit
 *     |                |  v                         |
 *     |           RESTARTING &lt;-- policy ------------+
 *     |                |      (no policy)           |
 *     |           stop v                            |
 *     |             EXITED &lt;------------------------+
 *     |                |  \--start--> RUNNING
 *     +---- remove ----+--> REMOVING --> gone
 *                           |    ^
 *                   failure v    | remove
 *                           DEAD-+
 * </pre>
 *
 * A start under way is no state: until its commit the container is what it was, and a crash undoes the start.
 */
enum Status {
    CREATED,
    RUNNING,
    PAUSED,
    RESTARTING,
    EXITED,
    REMOVING,
    DEAD;

    /** What clients see: {@code created}, {@code running}, … */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Has a process. */
    boolean hasProcess() {
        return this == RUNNING || this == PAUSED;
    }

    /** Docker's {@code Running}: a container between two runs counts as well. */
    boolean countsAsRunning() {
        return hasProcess() || this == RESTARTING;
    }

    private Set<Status> following() {
        return switch (this) {
            case CREATED -> Set.of(RUNNING, REMOVING);
            case RUNNING -> Set.of(PAUSED, RESTARTING, EXITED);
            case PAUSED -> Set.of(RUNNING, RESTARTING, EXITED);
            case RESTARTING -> Set.of(RUNNING, EXITED);
            // Restarting again: a policy decides at the engine's start about what ended while it was away.
            case EXITED -> Set.of(RUNNING, RESTARTING, REMOVING);
            case REMOVING -> Set.of(DEAD);
            case DEAD -> Set.of(REMOVING);
        };
    }

    boolean canBecome(Status next) {
        return following().contains(next);
    }

    /** The next state, if the diagram has that way. */
    Status become(Status next) {
        if (!canBecome(next)) {
            throw WharfException.conflict("a container that is " + word() + " cannot become " + next.word());
        }
        return next;
    }
}
