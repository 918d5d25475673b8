package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.Ids;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.VolumeService.CreateVolume;
import io.wharf.contracts.VolumeService.VolumeDetail;
import io.wharf.volumes.drivers.VolumeDriver;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Creates a volume, or answers the one of that name. */
final class MakeVolume {
    private final Volumes volumes;

    MakeVolume(Volumes volumes) {
        this.volumes = volumes;
    }

    Future<VolumeDetail> run(CreateVolume request) {
        boolean anonymous = request.name().isEmpty();
        String name = anonymous ? Ids.random() : request.name();
        return volumes.lanes()
                .run(
                        name,
                        () -> present(name, request)
                                .compose(present ->
                                        present == null ? make(name, request, anonymous) : agree(present, request)))
                .recover(failure -> Future.failedFuture(named("create " + name, failure)));
    }

    /** Who names no driver means a volume of that name, whoever has it. */
    private Future<@Nullable Volume> present(String name, CreateVolume request) {
        return request.driver().isEmpty() && !request.name().isEmpty()
                ? new FindVolume(volumes).adopt(name)
                : Future.succeededFuture(volumes.find(name));
    }

    /** As Docker puts the verb before what went wrong. */
    static WharfException named(String verb, Throwable failure) {
        WharfException known = WharfException.of(failure);
        return new WharfException(known.kind(), verb + ": " + known.getMessage(), failure);
    }

    private Future<VolumeDetail> agree(Volume present, CreateVolume request) {
        Future<?> sameDriver = request.driver().isEmpty() || request.driver().equals(present.driver())
                ? Future.succeededFuture()
                : volumes.drivers().named(request.driver()).map(other -> {
                    throw WharfException.conflict("driver '" + present.driver() + "' already has volume '"
                            + present.name() + "': volume name must be unique");
                });
        return sameDriver.map(same -> {
            // Docker answers the old one as if it were as asked for; whoever wants a limit should hear that there is
            // none.
            if (!request.driverOpts().isEmpty() && !present.options().equals(request.driverOpts())) {
                throw WharfException.conflict("volume '" + present.name() + "' is there with other options ("
                        + present.options() + "): volume name must be unique and options must agree");
            }
            return volumes.detail(present);
        });
    }

    private Future<VolumeDetail> make(String name, CreateVolume request, boolean anonymous) {
        Map<String, String> labels = new HashMap<>(request.labels());
        if (anonymous) {
            labels.put(Volume.ANONYMOUS, "");
        }
        String wanted = request.driver().isEmpty() ? Drivers.LOCAL : request.driver();
        return volumes.drivers().named(wanted).compose(driver -> {
            Volume volume =
                    new Volume(name, driver.name(), Times.nowNanos(), Map.copyOf(labels), request.driverOpts(), false);
            return driver.create(name, request.driverOpts())
                    .compose(made -> commit(volume)
                            .recover(failure -> driver.undoCreate(name, request.driverOpts())
                                    .transform(gone -> Future.failedFuture(failure))))
                    .map(committed -> put(volume, driver));
        });
    }

    private Future<?> commit(Volume volume) {
        return volumes.store().write(tx -> {
            VolumeTable.insert(tx, volume);
            CopyTable.forgetMakes(tx, volume.name());
            return tx.announce("volume", "create", volume.name(), Map.of("driver", volume.driver()));
        });
    }

    private VolumeDetail put(Volume volume, VolumeDriver driver) {
        volumes.put(volume.at(driver.scope(), driver.path(volume.name(), volume.options())));
        return volumes.detail(volume);
    }
}
