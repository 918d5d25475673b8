package io.wharf.images.registry;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientResponse;
import io.wharf.base.ErrorKind;
import io.wharf.base.Slots;
import io.wharf.base.WharfException;
import io.wharf.images.spec.Descriptor;
import io.wharf.linux.Pools;
import io.wharf.streams.BlockingInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One blob on its way into a file of its digest's name. What is there already is not asked for again; what breaks is gone
 * on with where it broke. The file counts for nothing until whoever reads it has checked its digest.
 *
 * <p>It ends when the last that wants it has left. Confined to the verticle's context; one thread of the pool writes.
 */
public final class Download {
    private static final Pattern RANGE = Pattern.compile("bytes (\\d+)-.*");
    private static final int CHUNK = 64 << 10;
    /** Docker's terminals show no more than this. */
    private static final long INTERVAL_NANOS = 100_000_000;
    /** However little each of them brings, a registry gets no more attempts than this. */
    private static final int ATTEMPTS_IN_ALL = 1000;

    /** Hears how it goes. */
    public interface Watcher {
        void at(long bytes);

        void retrying(long seconds);

        void complete();
    }

    private final Vertx vertx;
    private final Context context;
    private final Pools threads;
    private final Patience patience;
    private final Descriptor part;
    private final Repository repository;
    private final GrowingFile file;
    private final Cancellation wish = new Cancellation();
    private final List<Watcher> watchers = new ArrayList<>();
    private final Promise<Void> begun = Promise.promise();
    private boolean running;
    private boolean resumed;
    private @Nullable RegistryHost host;
    private volatile long position;
    private int attempts;

    Download(Vertx vertx, Pools threads, Patience patience, Descriptor part, Repository repository, Path file) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.threads = threads;
        this.patience = patience;
        this.part = part;
        this.repository = repository;
        this.file = new GrowingFile(file);
    }

    public GrowingFile file() {
        return file;
    }

    /** Whether it comes from there, by those credentials. */
    public boolean isFrom(Repository other) {
        return repository == other;
    }

    /** Whether its turn has come. */
    public boolean isRunning() {
        return running;
    }

    /** When its turn has come, or it will never come. */
    public Future<Void> begun() {
        return begun.future();
    }

    /** Whether other bytes may come where these are wrong: from another host, or instead of those of an earlier engine. */
    public boolean isWorthRepeating(Throwable why) {
        RegistryHost from = host;
        return (from != null && from.mirror() && repository.distrust(from, why)) || resumed;
    }

    void add(Watcher watcher) {
        watchers.add(watcher);
    }

    /** Whether somebody is left. */
    boolean remove(Watcher watcher) {
        watchers.remove(watcher);
        return !watchers.isEmpty();
    }

    void cancel() {
        file.fail(Cancellation.withdrawn());
        begun.tryFail(Cancellation.withdrawn());
        wish.cancel();
    }

    /** Fetches when it is its turn. */
    Future<Void> run(Slots slots) {
        return slots.run(() -> {
                    if (wish.isCancelled()) {
                        return Future.<Void>failedFuture(Cancellation.withdrawn());
                    }
                    running = true;
                    begun.tryComplete();
                    return threads.call(this::lying).compose(this::goOn);
                })
                .onSuccess(done -> {
                    file.finish();
                    List.copyOf(watchers).forEach(Watcher::complete);
                })
                .onFailure(failure -> {
                    file.fail(failure);
                    begun.tryFail(failure);
                });
    }

    /** How much of it an earlier attempt has left. */
    private long lying() throws IOException {
        Files.createDirectories(file.path().getParent());
        long size = Files.exists(file.path()) ? Files.size(file.path()) : 0;
        if (size > part.size()) {
            Files.delete(file.path());
            return 0;
        }
        return size;
    }

    private Future<Void> goOn(long from) {
        resumed = from > 0;
        position = from;
        file.grew(from);
        tell(from);
        return from == part.size() && from > 0 ? Future.succeededFuture() : attempt(0);
    }

    private Future<Void> attempt(int fruitless) {
        long from = position;
        attempts++;
        return repository
                .layer(part, from, wish)
                .compose(opened -> {
                    host = opened.host();
                    return take(opened.response(), from);
                })
                .recover(failure -> {
                    if (wish.isCancelled()) {
                        return Future.failedFuture(Cancellation.withdrawn());
                    }
                    int barren = position > from ? 0 : fruitless + 1;
                    if (failure instanceof WharfException
                            || barren >= patience.attempts()
                            || attempts >= ATTEMPTS_IN_ALL) {
                        return Future.failedFuture(
                                failure instanceof WharfException
                                        ? failure
                                        : new WharfException(ErrorKind.INTERNAL, String.valueOf(failure.getMessage())));
                    }
                    long wait = barren == 0 ? patience.backoffMillis() / 4 : patience.backoff(barren - 1);
                    long seconds = Math.max(1, wait / 1000);
                    List.copyOf(watchers).forEach(watcher -> watcher.retrying(seconds));
                    return pause(wait).compose(waited -> attempt(barren));
                });
    }

    private Future<Void> pause(long millis) {
        Promise<Void> promise = Promise.promise();
        long timer = vertx.setTimer(Math.max(1, millis), fired -> promise.tryComplete());
        return wish.orCancelled(promise.future(), late -> {}).onComplete(done -> vertx.cancelTimer(timer));
    }

    private Future<Void> take(HttpClientResponse response, long from) {
        if (response.statusCode() == 416) {
            // The registry's blob is shorter than what lies here: nothing of that is to be believed.
            return RegistryBodies.drop(response)
                    .compose(done -> threads.call(() -> Files.deleteIfExists(file.path())))
                    .compose(gone -> Future.failedFuture(verification()));
        }
        long start = start(response);
        if (start > from) {
            response.request().reset();
            return Future.failedFuture(WharfException.internal(
                    "the registry answers another range of " + part.digest() + " than asked for"));
        }
        BlockingInput bytes = BlockingInput.of(new ResponseBytes(response, count -> {}));
        Silence silence = new Silence(vertx, response, patience.idleMillis());
        return threads.<Void>call(() -> {
                    try (BlockingInput in = bytes) {
                        write(in, from, start, silence);
                    } catch (IOException | RuntimeException e) {
                        throw silence.told(e);
                    }
                    return null;
                })
                .onComplete(done -> silence.close());
    }

    private static long start(HttpClientResponse response) {
        String range = response.getHeader("Content-Range");
        if (response.statusCode() != 206 || range == null) {
            return 0;
        }
        Matcher matcher = RANGE.matcher(range);
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : 0;
    }

    private WharfException verification() {
        return WharfException.internal("filesystem layer verification failed for digest " + part.digest());
    }

    /** Writes what is new of bytes that begin at {@code start}. Blocks. */
    private void write(BlockingInput in, long from, long start, Silence silence) throws IOException {
        byte[] chunk = new byte[CHUNK];
        long at = start;
        long told = System.nanoTime();
        try (FileChannel out = opened()) {
            for (int count = silence.read(in, chunk); count >= 0; count = silence.read(in, chunk)) {
                if (at + count > part.size()) {
                    // More than was promised would fill the disk before the digest could tell.
                    throw verification();
                }
                int old = Math.clamp(from - at, 0, count);
                if (count > old) {
                    store(out, ByteBuffer.wrap(chunk, old, count - old), at + old);
                    file.grew(at + count);
                }
                at += count;
                position = Math.max(position, at);
                if (System.nanoTime() - told >= INTERVAL_NANOS) {
                    told = System.nanoTime();
                    long shown = position;
                    onLoop(() -> tell(shown));
                }
            }
        }
        if (at < part.size()) {
            throw new IOException("unexpected EOF");
        }
    }

    private FileChannel opened() {
        try {
            return FileChannel.open(file.path(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw WharfException.internal("open " + file.path() + ": " + e.getMessage(), e);
        }
    }

    /** A full disk ends the download, and what came of it makes room. */
    private void store(FileChannel out, ByteBuffer bytes, long at) {
        try {
            long to = at;
            while (bytes.hasRemaining()) {
                to += out.write(bytes, to);
            }
        } catch (IOException e) {
            try {
                Files.deleteIfExists(file.path());
            } catch (IOException left) {
                e.addSuppressed(left);
            }
            String reason = String.valueOf(e.getMessage()).toLowerCase(java.util.Locale.ROOT);
            throw WharfException.internal("write " + file.path() + ": " + reason, e);
        }
    }

    private void onLoop(Runnable action) {
        context.runOnContext(turn -> action.run());
    }

    private void tell(long bytes) {
        List.copyOf(watchers).forEach(watcher -> watcher.at(bytes));
    }
}
