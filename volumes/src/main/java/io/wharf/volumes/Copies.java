package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.Ids;
import io.wharf.base.WharfException;
import io.wharf.linux.Pools;
import io.wharf.streams.HandleTable;
import io.wharf.volumes.CopyTable.Snapshot;
import io.wharf.volumes.copies.CopyFolders;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * What the verbs that copy volumes share. Their threads are their own: a copy that takes an hour, or a client that reads
 * slowly, holds up no mount.
 */
final class Copies {
    private static final int THREADS = 8;

    private final Volumes volumes;
    private final HandleTable handles;
    private final Pools bulk = new Pools(THREADS, 1);

    Copies(Volumes volumes, HandleTable handles) {
        this.volumes = volumes;
        this.handles = handles;
    }

    Volumes volumes() {
        return volumes;
    }

    CopyFolders folders() {
        return volumes.folders();
    }

    HandleTable handles() {
        return handles;
    }

    Pools bulk() {
        return bulk;
    }

    /** By whom a volume is mounted for a copy; no container has such an id. */
    String nextHold() {
        // Never one of an engine before this one, whose copies a plugin may still remember.
        return "copy-" + Ids.random();
    }

    /** Lane of the snapshots of a volume: taken, removed and read from one after another. */
    static String snapshotLane(String volume) {
        return "snapshots of " + volume;
    }

    Future<Snapshot> snapshot(String volume, String name) {
        return CopyTable.find(volumes.store(), volume, name)
                .map(found -> found.orElseThrow(
                        () -> WharfException.notFound("volume " + volume + ": no such snapshot: " + name)));
    }

    /** Whether somebody still waits for a copy. */
    static final class Wish {
        private final AtomicBoolean withdrawn = new AtomicBoolean();

        void withdraw() {
            withdrawn.set(true);
        }

        BooleanSupplier unwanted() {
            return withdrawn::get;
        }
    }

    void close() {
        bulk.close();
    }
}
