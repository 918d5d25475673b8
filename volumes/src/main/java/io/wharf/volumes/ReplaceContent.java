package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.FailurePoint;
import io.wharf.base.WharfException;
import io.wharf.linux.CopyTree;
import io.wharf.linux.Entries;
import io.wharf.linux.Mounts;
import io.wharf.linux.OpenFlags;
import io.wharf.volumes.CopyTable.Kind;
import io.wharf.volumes.CopyTable.Work;
import io.wharf.volumes.copies.CopyFolders;
import io.wharf.volumes.drivers.VolumeDriver;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a volume that nobody has mounted another content.
 *
 * <p>A folder of the engine's own is exchanged as a whole: decided in one commit with the event, and finished by the next
 * start where this one does not come to it. Any other volume (one with a limit, on a server, of a plugin) is emptied and
 * filled, which is written down before; one that was cut off in between is filled again before anybody gets it.
 */
final class ReplaceContent {
    private static final Logger LOG = LoggerFactory.getLogger(ReplaceContent.class);

    private final Copies copies;

    ReplaceContent(Copies copies) {
        this.copies = copies;
    }

    /** What an event tells of it. */
    record Told(String action, Map<String, String> attributes) {}

    /** Whether {@link #swap} is possible. */
    static boolean isFolder(Volume volume, VolumeDriver driver) {
        return driver.beside(volume.name(), volume.options()).isPresent();
    }

    /** Puts the staged tree of this id into the place of the volume's folder. */
    Future<Void> swap(Volume volume, VolumeDriver driver, String id, Told told) {
        Path data = Path.of(driver.path(volume.name(), volume.options()));
        return copies.volumes()
                .store()
                .write(tx -> {
                    CopyTable.forgetContents(tx, volume.name());
                    CopyTable.begin(tx, new Work(id, Kind.SWAP, volume.name(), ""));
                    VolumeTable.markFilled(tx, volume.name());
                    return tx.announce("volume", told.action(), volume.name(), told.attributes());
                })
                .compose(decided -> {
                    volume.setFilled();
                    return finish(id, data).recover(failure -> takeBack(volume, id, data, failure));
                })
                .onSuccess(whole -> volume.heals());
    }

    /** What stays decided would replace, at the next start, all that is written until then. */
    private Future<Void> takeBack(Volume volume, String id, Path data, Throwable failure) {
        return copies.volumes()
                .pools()
                .run(() -> copies.folders().unswap(id, data))
                .compose(back -> end(id))
                .onSuccess(ended -> copies.bulk()
                        .run(() -> copies.folders().discard(id))
                        .onFailure(e -> LOG.warn("a staged content is not all deleted: {}", e.getMessage())))
                .onFailure(e -> volume.breaks(notReplaced(e)))
                .transform(over -> Future.failedFuture(WharfException.internal(
                        "volume " + volume.name() + ": its content could not be replaced: "
                                + WharfException.of(failure).getMessage(),
                        failure)));
    }

    /** What follows {@code volume NAME}. */
    static String notReplaced(Throwable failure) {
        return "is not whole, for its content could not be replaced ("
                + WharfException.of(failure).getMessage() + "): restore it, or remove it";
    }

    /** Also at a start, for one that was decided before. */
    Future<Void> finish(String id, Path data) {
        CopyFolders folders = copies.folders();
        return copies.volumes()
                .pools()
                .call(() -> folders.swap(id, data))
                .compose(old -> end(id).onSuccess(done -> {
                    if (old) {
                        // Nobody waits for it; what is left of it goes at the next start.
                        copies.bulk()
                                .run(() -> folders.drop(id))
                                .onFailure(e -> LOG.warn("a replaced content is not all deleted: {}", e.getMessage()));
                    }
                }));
    }

    /** Fills the volume from a tree, which stays. */
    Future<Void> refill(Volume volume, String id, Path from, Told told) {
        return new HoldVolume(copies)
                .mounted(volume, held -> copies.bulk().run(() -> look(from, held.place())))
                .compose(possible -> copies.volumes().store().write(tx -> {
                    CopyTable.forgetContents(tx, volume.name());
                    CopyTable.begin(tx, new Work(id, Kind.REFILL, volume.name(), from.toString()));
                    VolumeTable.markFilled(tx, volume.name());
                    return id;
                }))
                .compose(begun -> again(volume, id, from, told));
    }

    /** Whatever can be seen to go wrong is to do so before anything is deleted. */
    private static void look(Path from, Path place) {
        Entries.open(from.toString(), OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0)
                .close();
        String at = place.toString();
        for (var mount : Mounts.real().table().atOrBelow(at)) {
            if (!mount.mountPoint().equals(at)) {
                throw WharfException.conflict("something is mounted in it, at " + mount.mountPoint());
            }
        }
    }

    /** What is begun is done, at a start too; where it fails the volume stays closed until it is restored. */
    Future<Void> again(Volume volume, String id, Path from, Told told) {
        volume.setFilled();
        return new HoldVolume(copies)
                .mounted(
                        volume,
                        held -> copies.bulk().run(() -> {
                            look(from, held.place());
                            CopyFolders.empty(held.place());
                            FailurePoint.reach("refill volume");
                            CopyTree.exactly(from.toString(), held.place().toString(), () -> false);
                        }))
                .compose(filled -> copies.volumes().store().write(tx -> {
                    CopyTable.end(tx, id);
                    return tx.announce("volume", told.action(), volume.name(), told.attributes());
                }))
                .<Void>mapEmpty()
                .onSuccess(whole -> volume.heals())
                .recover(failure -> {
                    String why = "is not whole, for it could not be filled to the end ("
                            + WharfException.of(failure).getMessage() + "): restore it, or remove it";
                    volume.breaks(why);
                    return Future.failedFuture(WharfException.internal("volume " + volume.name() + " " + why, failure));
                });
    }

    private Future<Void> end(String id) {
        return copies.volumes()
                .store()
                .write(tx -> {
                    CopyTable.end(tx, id);
                    return id;
                })
                .mapEmpty();
    }
}
