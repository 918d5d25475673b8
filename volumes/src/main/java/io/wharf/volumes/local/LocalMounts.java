package io.wharf.volumes.local;

import io.vertx.core.Future;
import io.wharf.base.FailurePoint;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.base.WharfException;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.MountFlags;
import io.wharf.linux.Mounts;
import io.wharf.linux.ThreadOfItsOwn;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the local driver has mounted. A mount is in the ledger before it is made and until it is gone.
 *
 * <p>Servers may never answer: each attempt has a thread of its own and a deadline. What comes of it later is undone, and
 * until then nothing more is tried with the volume, so that a dead server costs one thread. Confined to one context.
 */
final class LocalMounts {
    static final String KIND = "volume-mount";

    private static final Logger LOG = LoggerFactory.getLogger(LocalMounts.class);
    private static final String THREAD = "wharf-volume";

    private final Mounts mounts;
    private final KernelLedger ledger;
    private final Duration deadline;
    /** Volumes with a call that has not come back. */
    private final Set<String> stuck = new HashSet<>();

    LocalMounts(Mounts mounts, KernelLedger ledger, Duration deadline) {
        this.mounts = mounts;
        this.ledger = ledger;
        this.deadline = deadline;
    }

    /** Makes the mount of a volume, or takes over the one that is there: of an engine before this one. */
    Future<Void> mount(String name, String place, Runnable work) {
        return free(name)
                .compose(free -> ledger.record(new KernelObject(KIND, name, name, place)))
                .compose(recorded -> {
                    FailurePoint.reach("mount volume");
                    Future<Boolean> attempt = ThreadOfItsOwn.call(THREAD, () -> {
                        if (mounts.table().at(place).isPresent()) {
                            return true;
                        }
                        work.run();
                        FileStatus.of(place);
                        return true;
                    });
                    return bounded(name, "mount", attempt, () -> undo(name, place))
                            .recover(failure -> stuck.contains(name)
                                    ? Future.failedFuture(failure)
                                    : undo(name, place).transform(undone -> Future.failedFuture(failure)));
                })
                .mapEmpty();
    }

    /** Fails in bounded time where what is mounted does not answer any more. */
    Future<Void> check(String name, String place) {
        return free(name)
                .compose(free -> bounded(
                        name,
                        "access",
                        ThreadOfItsOwn.call(THREAD, () -> {
                            if (!FileStatus.of(place).mountRoot()) {
                                // What would be written there is in nobody's volume.
                                throw WharfException.internal("nothing is mounted at " + place
                                        + " any more: stop the containers that run with the volume, and start them"
                                        + " again");
                            }
                            return place;
                        }),
                        Future::succeededFuture))
                .recover(failure -> failure instanceof LinuxException broken
                        ? Future.failedFuture(WharfException.internal(
                                "cannot access what is mounted at " + place + ": " + broken.reason(), broken))
                        : Future.failedFuture(failure))
                .mapEmpty();
    }

    /** Takes the mounts on and below a place away, whoever made them; none there is fine. */
    Future<Void> unmount(String name, String place) {
        return free(name)
                .compose(free ->
                        bounded(name, "unmount", ThreadOfItsOwn.call(THREAD, () -> detach(place)), () -> strike(name)))
                .compose(done -> strike(name));
    }

    /** The records of mounts: made, or about to be made when the engine ended. */
    Future<List<KernelObject>> recorded() {
        return ledger.ofKind(KIND);
    }

    private List<String> detach(String place) {
        FailurePoint.reach("unmount volume");
        // Whatever a process still has open there does not keep the name.
        return mounts.unmountAll(place, MountFlags.MNT_DETACH);
    }

    private Future<Void> undo(String name, String place) {
        return ThreadOfItsOwn.call(THREAD, () -> detach(place)).compose(gone -> strike(name));
    }

    private Future<Void> strike(String name) {
        return ledger.strike(KIND, name);
    }

    private Future<Void> free(String name) {
        return stuck.contains(name)
                ? Future.failedFuture(WharfException.internal("volume " + name
                        + " does not answer: an earlier attempt is still waiting in the kernel. It is let go of when its"
                        + " server answers or refuses"))
                : Future.succeededFuture();
    }

    /** What comes too late is undone by {@code late}. */
    private <T> Future<T> bounded(String name, String verb, Future<T> attempt, Supplier<Future<Void>> late) {
        return attempt.timeout(deadline.toMillis(), TimeUnit.MILLISECONDS).recover(failure -> {
            if (!(failure instanceof TimeoutException) || attempt.isComplete()) {
                return Future.failedFuture(failure);
            }
            stuck.add(name);
            LOG.warn("volume {}: {} does not answer", name, verb);
            attempt.transform(ended -> late.get()).onComplete(over -> {
                stuck.remove(name);
                LOG.info("volume {}: what did not answer has ended", name);
            });
            return Future.failedFuture(WharfException.internal("volume " + name + ": " + verb
                    + " has not been answered for " + deadline.toSeconds() + " s: is its server there?"));
        });
    }
}
