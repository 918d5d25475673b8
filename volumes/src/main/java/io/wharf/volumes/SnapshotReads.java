package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Who reads which snapshot, by its id, so that none goes while somebody does. Confined to the verticle's context. */
final class SnapshotReads {
    private static final int GOING = -1;

    private final Map<String, Integer> readers = new HashMap<>();

    /** Reads a snapshot of a volume; its lane is held only until it is found, for a reader may be slow. */
    <T> Future<T> run(Copies copies, String volume, String name, Function<Path, Future<T>> work) {
        return copies.volumes()
                .lanes()
                .run(
                        Copies.snapshotLane(volume),
                        () -> copies.snapshot(volume, name).map(found -> {
                            begin(found.id());
                            return found.id();
                        }))
                .compose(id -> HoldVolume.trying(
                                () -> work.apply(copies.folders().snapshot(id)))
                        .onComplete(over -> end(id)));
    }

    /** Until {@link #end}: with {@link #take} refused. */
    void begin(String id) {
        if (readers.getOrDefault(id, 0) == GOING) {
            throw WharfException.conflict("the snapshot is being removed");
        }
        readers.merge(id, 1, Integer::sum);
    }

    void end(String id) {
        readers.computeIfPresent(id, (read, count) -> count == 1 ? null : count - 1);
    }

    /** All or none, for a removal; until {@link #giveBack}. */
    void take(String volume, List<String> ids) {
        if (ids.stream().anyMatch(readers::containsKey)) {
            throw WharfException.conflict("remove " + volume + ": a snapshot is in use - [it is being copied]");
        }
        ids.forEach(id -> readers.put(id, GOING));
    }

    void giveBack(List<String> ids) {
        ids.forEach(readers::remove);
    }
}
