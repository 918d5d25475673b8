package io.wharf.files;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.wharf.base.Slots;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.ContainerService.FileAction;
import io.wharf.contracts.ContainerService.FileScope;
import io.wharf.contracts.FileView;
import io.wharf.contracts.FilesService;
import io.wharf.contracts.Handle;
import io.wharf.contracts.Pending;
import io.wharf.contracts.Services;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Pools;
import io.wharf.streams.BlockingInput;
import io.wharf.streams.HandleTable;
import io.wharf.streams.PulledBytes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies files in and out of containers.
 *
 * <p>Its threads are its own, and one container gets few of them: a file system that hangs below a container delays
 * nobody but those who ask for that container's files.
 */
public final class FilesVerticle extends VerticleBase implements FilesService {
    private static final int THREADS = 24;
    private static final int COPIES_OF_ONE = 4;
    private static final int LOOKS_AT_ONE = 2;
    /** Who sends nothing for so long has lost his thread. */
    private static final Duration IDLE = Duration.ofMinutes(5);

    private static final Logger LOG = LoggerFactory.getLogger(FilesVerticle.class);

    private final HandleTable handles;
    private final Pools bulk = new Pools(THREADS, 1);
    private final Map<String, Shared> slots = new HashMap<>();
    private @Nullable ContainerService containers;

    /** The slots of one container while somebody uses them. */
    private static final class Shared {
        final Slots slots;
        int users;

        Shared(int count) {
            slots = new Slots(count);
        }
    }

    public FilesVerticle(HandleTable handles) {
        this.handles = handles;
    }

    @Override
    public Future<?> start() {
        containers = Services.client(vertx, ContainerService.class);
        Services.serve(vertx, FilesService.class, this);
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        bulk.close();
        return Future.succeededFuture();
    }

    @Override
    public Future<PathStat> stat(String ref, String path) {
        InsidePath inside = InsidePath.of(path);
        return within(
                ref + "/stat",
                LOOKS_AT_ONE,
                () -> open(ref, FileScope.INSIDE)
                        .compose(view -> bulk.call(() -> {
                                    try (Located located = Located.find(view.root(), inside)) {
                                        return DescribePath.of(view.root(), inside, located.status());
                                    } catch (LinuxException e) {
                                        throw Located.refusal(path, ref, e);
                                    }
                                })
                                .onComplete(done -> view.close())));
    }

    @Override
    public Future<Archive> get(String ref, String path) {
        InsidePath inside = InsidePath.of(path);
        return stream(ref, FileScope.INSIDE, FileAction.ARCHIVE_PATH, view -> {
                    try (Located located = Located.find(view.root(), inside)) {
                        PathStat stat = DescribePath.of(view.root(), inside, located.status());
                        return new Opened<>(stat, TreeTar.of(view, located, inside.shown()));
                    } catch (LinuxException e) {
                        throw Located.refusal(path, ref, e);
                    }
                })
                .map(begun -> new Archive(begun.what(), begun.bytes()));
    }

    @Override
    public Future<Handle<ByteStream>> changes(String ref) {
        return stream(ref, FileScope.LAYERS, null, view -> new Opened<>("", ListChanges.of(view)))
                .map(Begun::bytes);
    }

    @Override
    public Future<Handle<ByteStream>> export(String ref) {
        return stream(ref, FileScope.ROOT, FileAction.EXPORT, view -> new Opened<>("", TreeTar.ofRoot(view)))
                .map(Begun::bytes);
    }

    @Override
    public Future<Pending<Void>> put(PutArchive request) {
        BlockingInput bytes = BlockingInput.of(handles.take(request.tar()), IDLE);
        Future<Void> done;
        try {
            InsidePath.of(request.path());
            done = within(
                    request.ref(),
                    COPIES_OF_ONE,
                    () -> open(request.ref(), FileScope.INSIDE)
                            .compose(view -> bulk.run(() -> new ExtractArchive(view, request).run(bytes))
                                    .compose(made ->
                                            containers().announceFiles(view.containerId(), FileAction.EXTRACT_TO_DIR))
                                    .onComplete(ended -> view.close())));
        } catch (RuntimeException e) {
            done = Future.failedFuture(e);
        }
        return Future.succeededFuture(new Pending<>(done.onComplete(ended -> bytes.close()), bytes::close));
    }

    /** What a stream is made of, and what is said of it beforehand. */
    private record Opened<W>(W what, PulledBytes.Source source) {}

    private record Begun<W>(W what, Handle<ByteStream> bytes) {}

    /** Looks at a view, on a thread that may block. */
    private interface Opener<W> {
        Opened<W> open(FileView view) throws Exception;
    }

    /** The answer comes with the first look; the container's slot is taken until the last byte is read. */
    private <W> Future<Begun<W>> stream(String ref, FileScope scope, @Nullable FileAction action, Opener<W> opener) {
        Promise<Begun<W>> answer = Promise.promise();
        within(
                        ref,
                        COPIES_OF_ONE,
                        () -> open(ref, scope)
                                .compose(view -> bulk.call(() -> opener.open(view))
                                        .onFailure(failure -> view.close())
                                        .compose(opened -> {
                                            PulledBytes pulled = PulledBytes.of(bulk, opened.source());
                                            ByteStream bytes = pulled.bytes();
                                            answer.complete(
                                                    new Begun<>(opened.what(), handles.offer(bytes, bytes::close)));
                                            if (action != null) {
                                                String id = view.containerId();
                                                // The bytes are on their way already: the log is left to tell of it.
                                                containers()
                                                        .announceFiles(id, action)
                                                        .onFailure(failure -> LOG.warn(
                                                                "Event {} of {} is lost: {}",
                                                                action,
                                                                id,
                                                                failure.toString()));
                                            }
                                            return pulled.over();
                                        })))
                .onFailure(answer::tryFail);
        return answer.future();
    }

    private Future<FileView> open(String ref, FileScope scope) {
        return containers().openFiles(ref, scope).map(handles::take);
    }

    /** So many at a time for one name of a container; the others wait, without a thread. */
    private <T> Future<T> within(String key, int count, Supplier<Future<T>> work) {
        Shared shared = slots.computeIfAbsent(key, one -> new Shared(count));
        shared.users++;
        return shared.slots
                .run(work)
                .onComplete(done -> context.runOnContext(turn -> {
                    if (--shared.users == 0) {
                        slots.remove(key, shared);
                    }
                }));
    }

    private ContainerService containers() {
        if (containers == null) {
            throw new IllegalStateException("served before it was started");
        }
        return containers;
    }
}
