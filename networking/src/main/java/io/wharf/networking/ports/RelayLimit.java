package io.wharf.networking.ports;

import io.wharf.linux.Rlimits;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * How many connections relays may carry, each alone and all together: whoever can call a published port could otherwise
 * take all descriptors of the engine. Who comes when it is full waits in the kernel's queue. Confined to the loop.
 */
final class RelayLimit {
    private static final int MOST = 8_192;
    /** A connection has two descriptors; half of all are for other things. */
    private static final int OF_DESCRIPTORS = 4;
    /** So that one port is not all that is carried. */
    private static final int OF_ALL = 2;

    private final int each;
    private final int all;
    private int open;
    /** Those that had to stop because of the others. */
    private final Set<Runnable> waiting = new LinkedHashSet<>();

    RelayLimit(int each, int all) {
        this.each = each;
        this.all = all;
    }

    static RelayLimit ofThisProcess() {
        long descriptors = Rlimits.get("NOFILE").soft();
        int all = Math.clamp(descriptors < 0 ? Long.MAX_VALUE : descriptors / OF_DESCRIPTORS, OF_ALL, MOST);
        return new RelayLimit(all / OF_ALL, all);
    }

    /** Whether a relay with so many connections may take one more; where others have too many, it is called later. */
    boolean hasRoom(int carried, Runnable later) {
        if (carried >= each) {
            return false;
        }
        if (open >= all) {
            waiting.add(later);
            return false;
        }
        return true;
    }

    void begun() {
        open++;
    }

    void ended() {
        open--;
        List<Runnable> woken = List.copyOf(waiting);
        waiting.clear();
        woken.forEach(Runnable::run);
    }

    void forget(Runnable later) {
        waiting.remove(later);
    }
}
