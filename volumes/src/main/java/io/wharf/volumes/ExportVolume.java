package io.wharf.volumes;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.Handle;
import io.wharf.streams.BlockingOutput;
import io.wharf.volumes.copies.WriteTree;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a volume, or one of its snapshots, as a tar; it is held until the last byte is read or nobody reads any more. */
final class ExportVolume {
    private static final Logger LOG = LoggerFactory.getLogger(ExportVolume.class);
    /** A reader that has gone without a word is not to keep one of few threads. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Copies copies;

    ExportVolume(Copies copies) {
        this.copies = copies;
    }

    Future<Handle<ByteStream>> run(String name, @Nullable String snapshot) {
        Volume volume = copies.volumes().get(name);
        Map<String, String> attributes = new HashMap<>(Map.of("driver", volume.driver()));
        Promise<Handle<ByteStream>> answer = Promise.promise();
        Function<Path, Future<Void>> export = place -> copies.volumes()
                .store()
                .write(tx -> tx.announce("volume", "export", name, attributes))
                .compose(announced -> begin(place, name, answer));
        Future<Void> over;
        if (snapshot == null || snapshot.isEmpty()) {
            over = new HoldVolume(copies).toRead(name, held -> export.apply(held.place()));
        } else {
            attributes.put("snapshot", snapshot);
            over = copies.volumes().reads().run(copies, name, snapshot, export);
        }
        over.onFailure(answer::tryFail);
        return answer.future();
    }

    /** Completes when the writer has ended. */
    private Future<Void> begin(Path place, String name, Promise<Handle<ByteStream>> answer) {
        BlockingOutput out = new BlockingOutput(PATIENCE);
        ByteStream bytes = out.bytes();
        Future<Void> written = copies.bulk().run(() -> {
            try {
                WriteTree.run(place, out);
                out.close();
            } catch (Exception e) {
                LOG.warn("export of volume {} ended early: {}", name, e.getMessage());
                out.fail(e);
            }
        });
        answer.complete(copies.handles().offer(bytes, bytes::close));
        return written;
    }
}
