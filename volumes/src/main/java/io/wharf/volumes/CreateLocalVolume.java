package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.Ids;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.VolumeService.CreateVolume;
import io.wharf.contracts.VolumeService.VolumeDetail;
import io.wharf.linux.Pools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Creates a volume of the local driver, or answers the one of that name. */
final class CreateLocalVolume {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");
    private static final int LONGEST = 255;

    private final Volumes volumes;
    private final Pools pools;

    CreateLocalVolume(Volumes volumes, Pools pools) {
        this.volumes = volumes;
        this.pools = pools;
    }

    Future<VolumeDetail> run(CreateVolume request) {
        check(request);
        boolean anonymous = request.name().isEmpty();
        String name = anonymous ? Ids.random() : request.name();
        return volumes.lanes().run(name, () -> {
            Volume present = volumes.find(name);
            return present == null ? make(name, request, anonymous) : agree(present, request);
        });
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches() && name.length() <= LONGEST;
    }

    private static void check(CreateVolume request) {
        String name = request.name();
        if (!name.isEmpty() && !isName(name)) {
            throw WharfException.invalid("create " + name + ": \"" + name
                    + "\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are"
                    + " allowed. If you intended to pass a host directory, use absolute path");
        }
        if (!request.driver().equals("local")) {
            throw WharfException.notFound("create " + name + ": error looking up volume plugin " + request.driver()
                    + ": plugin \"" + request.driver() + "\" not found");
        }
        if (!request.driverOpts().isEmpty()) {
            throw WharfException.notImplemented(
                    "create " + name + ": options of the local driver are not supported yet: "
                            + String.join(", ", request.driverOpts().keySet()));
        }
    }

    private Future<VolumeDetail> agree(Volume present, CreateVolume request) {
        if (!request.driverOpts().isEmpty() && !present.options().equals(request.driverOpts())) {
            throw WharfException.conflict(
                    "create " + present.name() + ": conflict: volume name must be unique and options must agree");
        }
        return Future.succeededFuture(volumes.detail(present));
    }

    private Future<VolumeDetail> make(String name, CreateVolume request, boolean anonymous) {
        Map<String, String> labels = new HashMap<>(request.labels());
        if (anonymous) {
            labels.put(Volume.ANONYMOUS, "");
        }
        Volume volume = new Volume(name, Times.nowNanos(), Map.copyOf(labels), request.driverOpts(), false);
        return pools.call(() -> {
                    // A folder without a row is a create that was cut off; what a user put there stays.
                    Path data = volumes.data(name);
                    Files.createDirectories(data);
                    return data;
                })
                .compose(made -> volumes.store().write(tx -> {
                    VolumeTable.insert(tx, volume);
                    return tx.announce("volume", "create", name, Map.of("driver", "local"));
                }))
                .recover(failure -> pools.run(() -> ClearUnmade.at(volumes.folder(name)))
                        .transform(gone -> Future.failedFuture(failure)))
                .map(committed -> {
                    volumes.put(volume);
                    return volumes.detail(volume);
                });
    }
}
