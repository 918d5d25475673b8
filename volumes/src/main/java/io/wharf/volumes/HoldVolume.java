package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.volumes.drivers.VolumeDriver;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Supplier;

/** Keeps a volume as it is while a copy is made of it, or to oneself while its content is replaced. */
final class HoldVolume {
    private final Copies copies;
    private final Volumes volumes;

    HoldVolume(Copies copies) {
        this.copies = copies;
        this.volumes = copies.volumes();
    }

    /** A volume that is mounted for a copy, and where. */
    record Held(Volume volume, VolumeDriver driver, Path place) {}

    /** With the volume mounted, beside containers that may run with it; it is not removed, renamed or replaced meanwhile. */
    <T> Future<T> toRead(String name, Function<Held, Future<T>> work) {
        String id = copies.nextHold();
        return volumes.lanes()
                .run(name, () -> {
                    Volume volume = volumes.get(name);
                    volume.refuseIfBroken();
                    return mount(volume, id);
                })
                .compose(held -> working(held, work)
                        .transform((result, failure) -> volumes.lanes()
                                .run(name, () -> unmount(held, id))
                                .transform(over -> failure == null
                                        ? Future.succeededFuture(result)
                                        : Future.failedFuture(failure))));
    }

    /** While nobody has the volume mounted, and nobody gets it until this is over. */
    <T> Future<T> alone(String name, String why, Function<Volume, Future<T>> work) {
        return volumes.lanes()
                .run(name, () -> {
                    Volume volume = volumes.get(name);
                    refuseIfUsed(volume, why);
                    volume.take("is " + why);
                    return Future.succeededFuture(volume);
                })
                .compose(volume -> working(volume, work).onComplete(over -> volume.giveBack()));
    }

    /** Mounted by {@link #alone}'s work, which has it to itself. */
    <T> Future<T> mounted(Volume volume, Function<Held, Future<T>> work) {
        String id = copies.nextHold();
        return mount(volume, id)
                .compose(held -> working(held, work)
                        .transform((result, failure) -> unmount(held, id)
                                .transform(over -> failure == null
                                        ? Future.succeededFuture(result)
                                        : Future.failedFuture(failure))));
    }

    static void refuseIfUsed(Volume volume, String why) {
        volume.refuseIfTaken();
        if (volume.isCopied()) {
            throw WharfException.conflict(
                    "volume " + volume.name() + " cannot be " + why.replace("being ", "") + ": it is being copied");
        }
        if (!volume.mountedBy().isEmpty()) {
            throw WharfException.conflict("volume " + volume.name() + " cannot be " + why.replace("being ", "")
                    + ": containers run with it - ["
                    + String.join(", ", volume.mountedBy().stream().sorted().toList()) + "]");
        }
    }

    private Future<Held> mount(Volume volume, String id) {
        return volumes.drivers()
                .of(volume)
                .compose(driver -> driver.mount(
                                volume.name(),
                                volume.options(),
                                id,
                                volume.mountedBy().isEmpty())
                        .map(place -> {
                            volume.mountedBy().add(id);
                            volume.beginCopy();
                            return new Held(volume, driver, Path.of(place));
                        }));
    }

    private Future<Void> unmount(Held held, String id) {
        Volume volume = held.volume();
        volume.mountedBy().remove(id);
        volume.endCopy();
        return held.driver()
                .unmount(volume.name(), volume.options(), id, volume.mountedBy().isEmpty());
    }

    private static <A, T> Future<T> working(A argument, Function<A, Future<T>> work) {
        return trying(() -> work.apply(argument));
    }

    static <T> Future<T> trying(Supplier<Future<T>> work) {
        try {
            return work.get();
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }
}
