package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.Pending;
import io.wharf.contracts.VolumeCopyService.CopyVolume;
import io.wharf.contracts.VolumeService.VolumeDetail;
import io.wharf.linux.CopyTree;
import io.wharf.volumes.ReplaceContent.Told;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

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
        // The source first, whose lanes are free again before that of the new one is taken: a rename takes both.
        Future<VolumeDetail> made = read(
                source.name(),
                snapshot,
                from -> new MakeFrom(copies)
                        .run(
                                request.name(),
                                limits(source),
                                request.labels(),
                                new Told("clone", attributes),
                                held -> copy(from, held.place(), wish)));
        return new Pending<>(
                made.recover(failure -> Future.failedFuture(Withdrawn.orElse(wish, named(request.name(), failure)))),
                wish::withdraw);
    }

    private static Map<String, String> limits(Volume source) {
        boolean here = source.driver().equals(Drivers.LOCAL)
                && !source.options().containsKey("type")
                && !source.options().containsKey("device");
        return here ? source.options() : Map.of();
    }

    /** What went wrong with the source is told as what went wrong with the new one. */
    private static Throwable named(String name, Throwable failure) {
        String what = "create " + name;
        return String.valueOf(WharfException.of(failure).getMessage()).startsWith(what + ": ")
                ? failure
                : MakeVolume.named(what, failure);
    }

    private <T> Future<T> read(String source, String snapshot, Function<Path, Future<T>> work) {
        return snapshot.isEmpty()
                ? new HoldVolume(copies).toRead(source, held -> work.apply(held.place()))
                : copies.volumes().reads().run(copies, source, snapshot, work);
    }

    private Future<Void> copy(Path from, Path to, Copies.Wish wish) {
        return copies.bulk().run(() -> CopyTree.exactly(from.toString(), to.toString(), wish.unwanted()));
    }
}
