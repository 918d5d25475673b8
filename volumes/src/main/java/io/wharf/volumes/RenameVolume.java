package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.FailurePoint;
import io.wharf.base.Ids;
import io.wharf.base.WharfException;
import io.wharf.contracts.VolumeService.VolumeDetail;
import io.wharf.volumes.CopyTable.Kind;
import io.wharf.volumes.CopyTable.Work;
import io.wharf.volumes.copies.CopyFolders;
import io.wharf.volumes.drivers.VolumeDriver;
import io.wharf.volumes.local.LocalDriver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * Gives a volume of the local driver another name. The folder moves first, which is written down before, then row and event in
 * one commit: a start that finds it in between moves the folder back.
 */
final class RenameVolume {
    private final Volumes volumes;

    RenameVolume(Copies copies) {
        this.volumes = copies.volumes();
    }

    Future<VolumeDetail> run(String from, String to) {
        if (!LocalDriver.isName(to)) {
            throw WharfException.invalid("rename " + from + ": \"" + to
                    + "\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are"
                    + " allowed");
        }
        if (from.equals(to)) {
            throw WharfException.conflict("rename " + from + ": that is its name");
        }
        // Always in one order, for two that exchange their names.
        String first = from.compareTo(to) < 0 ? from : to;
        String second = first.equals(from) ? to : from;
        return volumes.lanes()
                .run(
                        Copies.snapshotLane(from),
                        () -> volumes.lanes().run(first, () -> volumes.lanes().run(second, () -> rename(from, to))));
    }

    private Future<VolumeDetail> rename(String from, String to) {
        Volume volume = volumes.get(from);
        refuse(volume, to);
        VolumeDriver driver = volumes.drivers().local();
        Path source = folder(driver, from, volume);
        Path target = folder(driver, to, volume);
        Volume renamed = volume.renamed(to);
        String id = Ids.random();
        return new FindVolume(volumes)
                .adopt(to)
                .compose(there -> {
                    if (there != null) {
                        throw WharfException.conflict("rename " + from + ": a volume of that name is there: " + to);
                    }
                    return driver.undoCreate(to, volume.options());
                })
                .compose(cleared -> begin(new Work(id, Kind.RENAME, to, from)))
                .compose(begun -> volumes.pools()
                        .run(() -> move(source, target))
                        .compose(moved -> commit(volume, renamed, id))
                        .recover(failure -> back(target, source, id).transform(done -> Future.failedFuture(failure))))
                .map(committed -> {
                    volumes.drop(volume);
                    volumes.put(renamed.at(driver.scope(), driver.path(to, volume.options())));
                    return volumes.detail(renamed);
                });
    }

    private void refuse(Volume volume, String to) {
        if (!volume.driver().equals(Drivers.LOCAL)) {
            throw WharfException.invalid("rename " + volume.name() + ": volumes of the plugin " + volume.driver()
                    + " keep their names: clone it to " + to);
        }
        if (!volume.users().isEmpty()) {
            throw WharfException.conflict("rename " + volume.name() + ": volume is in use - ["
                    + String.join(", ", volume.users().stream().sorted().toList()) + "]");
        }
        // Else it would look whole under its new name.
        volume.refuseIfBroken();
        HoldVolume.refuseIfUsed(volume, "being renamed");
    }

    private static Path folder(VolumeDriver driver, String name, Volume volume) {
        return Objects.requireNonNull(
                Path.of(driver.path(name, volume.options())).getParent());
    }

    private static void move(Path from, Path to) {
        FailurePoint.reach("rename volume");
        if (Files.exists(to)) {
            throw WharfException.conflict("a folder of that name is there already: " + to);
        }
        CopyFolders.rename(from, to);
    }

    private Future<?> begin(Work work) {
        return volumes.store().write(tx -> {
            CopyTable.begin(tx, work);
            return work;
        });
    }

    private Future<?> commit(Volume volume, Volume renamed, String id) {
        return volumes.store().write(tx -> {
            FailurePoint.reach("rename volume commit");
            CopyTable.rename(tx, volume.name(), renamed);
            CopyTable.end(tx, id);
            return tx.announce(
                    "volume", "rename", renamed.name(), Map.of("driver", volume.driver(), "oldName", volume.name()));
        });
    }

    /** Also at a start, for one that was cut off. */
    Future<Void> back(Path target, Path source, String id) {
        return volumes.pools()
                .run(() -> {
                    if (Files.exists(target) && !Files.exists(source)) {
                        CopyFolders.rename(target, source);
                    }
                })
                .compose(done -> volumes.store().write(tx -> {
                    CopyTable.end(tx, id);
                    return id;
                }))
                .mapEmpty();
    }
}
