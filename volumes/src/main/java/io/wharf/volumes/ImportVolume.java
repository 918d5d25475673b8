package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.FailurePoint;
import io.wharf.base.Ids;
import io.wharf.contracts.Pending;
import io.wharf.contracts.VolumeCopyService.LoadVolume;
import io.wharf.contracts.VolumeService.VolumeDetail;
import io.wharf.streams.BlockingInput;
import io.wharf.volumes.ReplaceContent.Told;
import io.wharf.volumes.copies.CopyFolders;
import io.wharf.volumes.copies.ReadTree;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Makes a volume of a tar, or gives one that is there its content; a tar that is cut off changes nothing. */
final class ImportVolume {
    /** Who sends nothing for so long has lost his thread. */
    private static final Duration IDLE = Duration.ofMinutes(5);

    private final Copies copies;

    ImportVolume(Copies copies) {
        this.copies = copies;
    }

    Pending<VolumeDetail> run(LoadVolume request) {
        BlockingInput bytes = BlockingInput.of(copies.handles().take(request.tar()), IDLE);
        Copies.Wish wish = new Copies.Wish();
        Volume there = copies.volumes().find(request.volume());
        Told told = new Told("import", Map.of("driver", there == null ? Drivers.LOCAL : there.driver()));
        Future<VolumeDetail> loaded = HoldVolume.trying(() -> there != null && request.replace()
                ? replace(request.volume(), bytes, told)
                : new MakeFrom(copies)
                        .run(
                                request.volume(),
                                Map.of(),
                                Map.of(),
                                told,
                                held -> copies.bulk().run(() -> ReadTree.run(bytes, held.place()))));
        return new Pending<>(
                loaded.onComplete(done -> bytes.close())
                        .recover(failure -> Future.failedFuture(Withdrawn.orElse(wish, failure))),
                () -> {
                    wish.withdraw();
                    bytes.close();
                });
    }

    private Future<VolumeDetail> replace(String name, BlockingInput bytes, Told told) {
        String id = Ids.random();
        CopyFolders folders = copies.folders();
        return new HoldVolume(copies)
                .alone(
                        name,
                        "being replaced",
                        volume -> copies.bulk()
                                .call(() -> {
                                    Path staged = folders.stageEmpty(id);
                                    ReadTree.run(bytes, staged);
                                    CopyFolders.sync(staged);
                                    FailurePoint.reach("import staged");
                                    return staged;
                                })
                                .recover(failure -> copies.bulk()
                                        .run(() -> folders.discard(id))
                                        .transform(gone -> Future.failedFuture(failure)))
                                .compose(staged -> put(volume, id, staged, told))
                                .map(done -> copies.volumes().detail(volume)));
    }

    private Future<Void> put(Volume volume, String id, Path staged, Told told) {
        ReplaceContent replace = new ReplaceContent(copies);
        return copies.volumes()
                .drivers()
                .of(volume)
                .compose(driver -> ReplaceContent.isFolder(volume, driver)
                        ? replace.swap(volume, driver, id, told)
                        : replace.refill(volume, id, staged, told)
                                .compose(done ->
                                        copies.bulk().run(() -> copies.folders().discard(id))));
    }
}
