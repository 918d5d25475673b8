package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.FailurePoint;
import io.wharf.base.Ids;
import io.wharf.base.Json;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.VolumeService.VolumeDetail;
import io.wharf.volumes.CopyTable.Kind;
import io.wharf.volumes.CopyTable.Work;
import io.wharf.volumes.HoldVolume.Held;
import io.wharf.volumes.ReplaceContent.Told;
import io.wharf.volumes.copies.CopyFolders;
import io.wharf.volumes.drivers.VolumeDriver;
import io.wharf.volumes.drivers.VolumeDriver.Removal;
import io.wharf.volumes.local.LocalDriver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/**
 * Makes a volume of the local driver that has a content from the beginning: it is made and filled in its lane, and appears when
 * that is done. Until then it is written down as one that is to be taken back.
 */
final class MakeFrom {
    private final Copies copies;
    private final Volumes volumes;

    MakeFrom(Copies copies) {
        this.copies = copies;
        this.volumes = copies.volumes();
    }

    /** @param fill brings the content to where the new volume is mounted */
    Future<VolumeDetail> run(
            String name,
            Map<String, String> options,
            Map<String, String> labels,
            Told told,
            Function<Held, Future<Void>> fill) {
        if (!LocalDriver.isName(name)) {
            throw WharfException.invalid("create " + name + ": \"" + name
                    + "\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are"
                    + " allowed");
        }
        return volumes.lanes()
                .run(
                        name,
                        () -> new FindVolume(volumes).adopt(name).compose(there -> {
                            if (there != null) {
                                throw WharfException.conflict("create " + name + ": a volume of that name is there");
                            }
                            Volume volume = new Volume(name, Drivers.LOCAL, Times.nowNanos(), labels, options, true);
                            return make(volume, told, fill);
                        }));
    }

    private Future<VolumeDetail> make(Volume volume, Told told, Function<Held, Future<Void>> fill) {
        VolumeDriver driver = volumes.drivers().local();
        String id = Ids.random();
        return refuseIfThere(volume, driver)
                .compose(free -> volumes.store().write(tx -> {
                    CopyTable.begin(tx, new Work(id, Kind.MAKE, volume.name(), Json.write(volume.options())));
                    return id;
                }))
                .compose(begun -> driver.create(volume.name(), volume.options())
                        .compose(made -> new HoldVolume(copies)
                                .mounted(
                                        volume,
                                        held -> fill.apply(held)
                                                .compose(filled -> copies.bulk().run(() -> {
                                                    CopyFolders.sync(held.place());
                                                    FailurePoint.reach("volume filled");
                                                }))))
                        .compose(filled -> commit(volume, told))
                        .recover(failure -> takeBack(volume.name(), volume.options(), id)
                                .transform(gone ->
                                        Future.failedFuture(MakeVolume.named("create " + volume.name(), failure)))))
                .map(committed -> {
                    volumes.put(volume.at(driver.scope(), driver.path(volume.name(), volume.options())));
                    return volumes.detail(volume);
                });
    }

    /** What is taken back is deleted: so nothing of somebody's may be there before. */
    private Future<Void> refuseIfThere(Volume volume, VolumeDriver driver) {
        Path folder = Path.of(driver.path(volume.name(), volume.options())).getParent();
        return volumes.drivers()
                .local()
                .undoCreate(volume.name(), volume.options())
                .compose(cleared -> volumes.pools().run(() -> {
                    if (folder != null && Files.exists(folder)) {
                        throw WharfException.conflict(
                                "create " + volume.name() + ": a folder of its name is there already: " + folder);
                    }
                }));
    }

    private Future<?> commit(Volume volume, Told told) {
        return volumes.store().write(tx -> {
            VolumeTable.insert(tx, volume);
            CopyTable.forgetMakes(tx, volume.name());
            tx.announce("volume", "create", volume.name(), Map.of("driver", volume.driver()));
            return tx.announce("volume", told.action(), volume.name(), told.attributes());
        });
    }

    /** Also at a start, for one that was cut off. */
    Future<Void> takeBack(String name, Map<String, String> options, String id) {
        return volumes.drivers()
                .local()
                .remove(name, options)
                .compose(Removal::finish)
                .compose(gone -> volumes.store().write(tx -> {
                    CopyTable.end(tx, id);
                    return id;
                }))
                .mapEmpty();
    }
}
