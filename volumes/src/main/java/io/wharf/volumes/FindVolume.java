package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.VolumeService.VolumeDetail;
import io.wharf.volumes.drivers.VolumeDriver;
import io.wharf.volumes.drivers.VolumeDriver.Known;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds a volume by its name: among the rows, else with the plugins, which may have volumes that nobody made here. */
final class FindVolume {
    private final Volumes volumes;

    FindVolume(Volumes volumes) {
        this.volumes = volumes;
    }

    /** What a plugin tells of, as a volume that has no row. */
    static Volume of(VolumeDriver driver, Known known) {
        return new Volume(known.name(), driver.name(), 0, Map.of(), Map.of(), true)
                .at(driver.scope(), known.mountpoint());
    }

    /** With what its plugin says now; of one that does not answer, what was known last. */
    Future<VolumeDetail> inspect(String name) {
        Volume row = volumes.find(name);
        if (row != null) {
            return row.driver().equals(Drivers.LOCAL)
                    ? Future.succeededFuture(volumes.detail(row))
                    : volumes.drivers()
                            .of(row)
                            .compose(driver -> driver.get(name).map(known -> detail(row, driver, known)))
                            .otherwise(failure -> volumes.detail(row));
        }
        return atPlugins(name).map(found -> {
            if (found == null) {
                throw WharfException.notFound("get " + name + ": no such volume");
            }
            return volumes.detail(of(found.driver(), found.known()))
                    .withStatus(found.known().status());
        });
    }

    private VolumeDetail detail(Volume row, VolumeDriver driver, Optional<Known> known) {
        known.ifPresent(told -> row.at(driver.scope(), told.mountpoint()));
        return volumes.detail(row).withStatus(known.map(Known::status).orElse(Map.of()));
    }

    /** Gives a volume that only a plugin knows a row, so that it can be used and removed; in its lane. */
    Future<@Nullable Volume> adopt(String name) {
        Volume row = volumes.find(name);
        if (row != null) {
            return Future.succeededFuture(row);
        }
        return atPlugins(name).compose(found -> {
            if (found == null) {
                return Future.succeededFuture();
            }
            Volume volume = of(found.driver(), found.known());
            return volumes.store()
                    .write(tx -> {
                        VolumeTable.insert(tx, volume);
                        return volume;
                    })
                    .onSuccess(volumes::put);
        });
    }

    private record Found(VolumeDriver driver, Known known) {}

    /** The first plugin by name that has it; null where none has. */
    private Future<@Nullable Found> atPlugins(String name) {
        return volumes.drivers()
                .plugins()
                .all()
                .compose(drivers -> Future.join(drivers.stream()
                                .map(driver -> driver.get(name)
                                        .map(known -> known.map(told -> new Found(driver, told)))
                                        .otherwise(Optional.empty()))
                                .toList())
                        .map(asked -> first(asked.list())));
    }

    private static @Nullable Found first(List<Optional<Found>> asked) {
        return asked.stream().flatMap(Optional::stream).findFirst().orElse(null);
    }
}
