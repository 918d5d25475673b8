package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.Json;
import io.wharf.volumes.CopyTable.Work;
import io.wharf.volumes.ReplaceContent.Told;
import io.wharf.volumes.copies.CopyFolders;
import io.wharf.volumes.drivers.VolumeDriver;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finishes, or takes back, what an engine before this one was at; deletes only what it has put together itself. */
final class RecoverCopies {
    private static final Logger LOG = LoggerFactory.getLogger(RecoverCopies.class);

    private final Copies copies;
    private final Volumes volumes;

    RecoverCopies(Copies copies) {
        this.copies = copies;
        this.volumes = copies.volumes();
    }

    /** Completes when every volume may be used as far as it is not closed; what takes long goes on behind. */
    Future<Void> run() {
        return CopyTable.snapshotIds(volumes.store())
                .compose(snapshots -> CopyTable.work(volumes.store())
                        .compose(work -> volumes.pools()
                                .run(() -> {
                                    for (String id : snapshots) {
                                        copies.folders()
                                                .move(
                                                        copies.folders().staged(id),
                                                        copies.folders().snapshot(id));
                                    }
                                })
                                .compose(moved -> finish(work))
                                .compose(done -> unknown(work))
                                .onSuccess(this::clear)))
                .mapEmpty();
    }

    private Future<Void> finish(List<Work> work) {
        Future<Void> done = Future.succeededFuture();
        for (Work one : work) {
            done = done.compose(before -> finish(one)).recover(failure -> {
                LOG.error(
                        "volume {}: what was cut off ({}) could not be put right: {}",
                        one.volume(),
                        one.kind(),
                        failure.getMessage());
                return Future.succeededFuture();
            });
        }
        return done;
    }

    private Future<Void> finish(Work work) {
        VolumeDriver local = volumes.drivers().local();
        LOG.info("volume {}: {} was cut off", work.volume(), work.kind());
        return switch (work.kind()) {
            case SWAP ->
                new ReplaceContent(copies)
                        .finish(work.id(), Path.of(local.path(work.volume(), Map.of())))
                        .onFailure(failure -> close(work.volume(), failure));
            case RENAME ->
                // Where both are there, or neither, the folder is no longer the one that was being renamed.
                volumes.find(work.detail()) != null && volumes.find(work.volume()) == null
                        ? new RenameVolume(copies)
                                .back(parent(local, work.volume()), parent(local, work.detail()), work.id())
                        : end(work);
            case MAKE -> {
                // In its lane, before anybody can ask for one of that name; nobody else waits.
                volumes.lanes()
                        .run(
                                work.volume(),
                                () -> volumes.find(work.volume()) == null
                                        ? new MakeFrom(copies)
                                                .takeBack(work.volume(), options(work.detail()), work.id())
                                        : end(work))
                        .onFailure(e -> LOG.warn("volume {} is half made: {}", work.volume(), e.getMessage()));
                yield Future.succeededFuture();
            }
            case REFILL -> {
                refill(work);
                yield Future.succeededFuture();
            }
        };
    }

    private void close(String name, Throwable failure) {
        Volume volume = volumes.find(name);
        if (volume != null) {
            volume.breaks(ReplaceContent.notReplaced(failure));
        }
    }

    private Future<Void> end(Work work) {
        return volumes.store()
                .write(tx -> {
                    CopyTable.end(tx, work.id());
                    return work;
                })
                .mapEmpty();
    }

    private void refill(Work work) {
        Volume volume = volumes.find(work.volume());
        if (volume == null) {
            return;
        }
        new HoldVolume(copies)
                .alone(
                        work.volume(),
                        "being restored",
                        alone -> new ReplaceContent(copies)
                                .again(
                                        alone,
                                        work.id(),
                                        Path.of(work.detail()),
                                        new Told("restore", Map.of("driver", alone.driver()))))
                .onFailure(e -> LOG.error("{}", e.getMessage()));
    }

    /** Looked up before anybody can stage anything. */
    private Future<List<String>> unknown(List<Work> work) {
        Set<String> known = new HashSet<>();
        for (Work one : work) {
            known.add(one.id());
            // Of an exchange that was just finished: it goes by itself.
            known.add(one.id() + CopyFolders.OLD);
        }
        return volumes.pools().call(() -> copies.folders().unknown(known));
    }

    private void clear(List<String> unknown) {
        volumes.pools()
                .run(() -> copies.folders().clear(unknown))
                .onFailure(e -> LOG.warn("copies that came to nothing could not be deleted: {}", e.getMessage()));
    }

    private static Path parent(VolumeDriver local, String name) {
        return Objects.requireNonNull(Path.of(local.path(name, Map.of())).getParent());
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> options(String json) {
        return new HashMap<>((Map<String, String>) Json.read(json, Map.class));
    }
}
