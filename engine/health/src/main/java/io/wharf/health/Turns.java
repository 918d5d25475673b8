package io.wharf.health;

import java.util.ArrayDeque;
import java.util.Deque;

/** Lets so many at a time do something, the others in the order in which they came. Confined to one context. */
final class Turns {
    private final int limit;
    private final Deque<Turn> queue = new ArrayDeque<>();
    private int taken;

    Turns(int limit) {
        this.limit = limit;
    }

    /** A place in the queue, or a turn. */
    final class Turn {
        private final Runnable action;
        private boolean begun;
        private boolean over;

        private Turn(Runnable action) {
            this.action = action;
        }

        /** Gives the turn back, or the place in the queue up; a second time does nothing. */
        void end() {
            if (over) {
                return;
            }
            over = true;
            if (begun) {
                taken--;
                next();
            } else {
                queue.remove(this);
            }
        }
    }

    /** Runs the action now or when it is its turn, which lasts until {@link Turn#end}. */
    Turn take(Runnable action) {
        Turn turn = new Turn(action);
        queue.add(turn);
        next();
        return turn;
    }

    int waiting() {
        return queue.size();
    }

    private void next() {
        while (taken < limit && !queue.isEmpty()) {
            Turn turn = queue.remove();
            turn.begun = true;
            taken++;
            turn.action.run();
        }
    }
}
