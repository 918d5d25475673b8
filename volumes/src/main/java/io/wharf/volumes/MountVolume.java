package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.contracts.VolumeService;
import io.wharf.linux.ThreadOfItsOwn;
import io.wharf.volumes.drivers.VolumeDriver;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a volume ready for a container that starts; the first one may bring the content of its image along. */
final class MountVolume {
    private static final Logger LOG = LoggerFactory.getLogger(MountVolume.class);

    private final Volumes volumes;

    MountVolume(Volumes volumes) {
        this.volumes = volumes;
    }

    Future<String> mount(String name, String mounting, @Nullable String copyFrom) {
        return volumes.lanes().run(name, () -> {
            Volume volume = volumes.get(name);
            volume.refuseIfBroken();
            return volumes.drivers()
                    .of(volume)
                    .compose(driver -> driver.mount(
                                    name,
                                    volume.options(),
                                    mounting,
                                    volume.mountedBy().isEmpty())
                            .compose(place -> ready(volume, driver, place, mounting, copyFrom)
                                    .recover(failure -> release(volume, driver, mounting)
                                            .transform(released -> Future.failedFuture(failure)))));
        });
    }

    private Future<String> ready(
            Volume volume, VolumeDriver driver, String place, String mounting, @Nullable String copyFrom) {
        Future<Void> filled =
                volume.isFilled() ? Future.succeededFuture() : fill(volume, driver, place, mounting, copyFrom);
        return filled.compose(done -> announce(volume, "mount", mounting)).map(committed -> {
            volume.mountedBy().add(mounting);
            volume.at(driver.scope(), place);
            return place;
        });
    }

    private Future<Void> release(Volume volume, VolumeDriver driver, String mounting) {
        return volume.mountedBy().contains(mounting)
                ? Future.succeededFuture()
                : driver.unmount(
                        volume.name(),
                        volume.options(),
                        mounting,
                        volume.mountedBy().isEmpty());
    }

    Future<Void> unmount(String name, String mounting) {
        return volumes.lanes().run(name, () -> {
            Volume volume = volumes.find(name);
            if (volume == null || !volume.mountedBy().remove(mounting)) {
                return Future.succeededFuture();
            }
            return Future.join(
                            volumes.drivers()
                                    .of(volume)
                                    .compose(driver -> driver.unmount(
                                            name,
                                            volume.options(),
                                            mounting,
                                            volume.mountedBy().isEmpty())),
                            announce(volume, "unmount", mounting))
                    .mapEmpty();
        });
    }

    /** Of one who only looks; a run's mounts are told of with the run, in its commits. */
    private Future<?> announce(Volume volume, String action, String mounting) {
        String container = VolumeService.containerOf(mounting);
        if (mounting.equals(container)) {
            return Future.succeededFuture();
        }
        Map<String, String> attributes = Map.of("driver", volume.driver(), "container", container);
        return volumes.store().write(tx -> tx.announce("volume", action, volume.name(), attributes));
    }

    private Future<Void> fill(
            Volume volume, VolumeDriver driver, String place, String mounting, @Nullable String copyFrom) {
        String containerId = VolumeService.containerOf(mounting);
        Optional<Path> beside = driver.beside(volume.name(), volume.options());
        // Others may have it mounted: their folder must stay the same one.
        boolean shared = volume.users().stream().anyMatch(user -> !user.equals(containerId));
        FillVolume work = new FillVolume(Path.of(place), beside, shared);
        return call(driver, volume, () -> work.run(copyFrom))
                .onSuccess(changed -> {
                    if (copyFrom != null && driver.keepsContent(volume.options())) {
                        volume.setFilled();
                        note(volume, driver, changed ? work : null);
                    }
                })
                .mapEmpty();
    }

    /** Nobody waits for it: a volume of which it is not noted is found not empty, and so not filled, the next time. */
    private void note(Volume volume, VolumeDriver driver, @Nullable FillVolume changed) {
        Future<?> synced = changed == null
                ? Future.succeededFuture()
                : call(driver, volume, () -> {
                    changed.sync();
                    return changed;
                });
        synced.compose(done -> volumes.store().write(tx -> {
                    VolumeTable.markFilled(tx, volume.name());
                    return volume;
                }))
                .onFailure(failure -> LOG.debug("{} is not noted as filled: {}", volume.name(), failure.toString()));
    }

    private <T> Future<T> call(VolumeDriver driver, Volume volume, Callable<T> work) {
        return driver.mayHang(volume.options())
                ? ThreadOfItsOwn.call("wharf-fill", work)
                : volumes.pools().call(work);
    }
}
