package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.contracts.Pending;
import io.wharf.contracts.VolumeCopyService.CopyVolume;
import io.wharf.contracts.VolumeService.VolumeDetail;
import io.wharf.linux.CopyTree;
import io.wharf.volumes.ReplaceContent.Told;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Makes a volume with the content of another. Limits of the first hold for the second; where the first lies on a server or with a
 * plugin, the second is a folder on this machine, for with the same options it would be the same files.
 */
final class CloneVolume {
    private final Copies copies;

    CloneVolume(Copies copies) {
        this.copies = copies;
    }

    Pending<VolumeDetail> run(CopyVolume request) {
        Volume source = copies.volumes().get(request.volume());
        Copies.Wish wish = new Copies.Wish();
        Map<String, String> attributes = new HashMap<>(Map.of("driver", Drivers.LOCAL, "source", source.name()));
        String snapshot = request.snapshot() == null ? "" : request.snapshot();
        if (!snapshot.isEmpty()) {
            attributes.put("snapshot", snapshot);
        }
        Future<VolumeDetail> made = new MakeFrom(copies)
                .run(
                        request.name(),
                        limits(source),
                        request.labels(),
                        new Told("clone", attributes),
                        held -> fill(source.name(), snapshot, held.place(), wish));
        return new Pending<>(
                made.recover(failure -> Future.failedFuture(Withdrawn.orElse(wish, failure))), wish::withdraw);
    }

    private static Map<String, String> limits(Volume source) {
        boolean here = source.driver().equals(Drivers.LOCAL)
                && !source.options().containsKey("type")
                && !source.options().containsKey("device");
        return here ? source.options() : Map.of();
    }

    private Future<Void> fill(String source, String snapshot, Path place, Copies.Wish wish) {
        if (snapshot.isEmpty()) {
            return new HoldVolume(copies).toRead(source, held -> copy(held.place(), place, wish));
        }
        return copies.volumes()
                .lanes()
                .run(
                        Copies.snapshotLane(source),
                        () -> copies.snapshot(source, snapshot)
                                .compose(found -> copy(copies.folders().snapshot(found.id()), place, wish)));
    }

    private Future<Void> copy(Path from, Path to, Copies.Wish wish) {
        return copies.bulk().run(() -> CopyTree.exactly(from.toString(), to.toString(), wish.unwanted()));
    }
}
