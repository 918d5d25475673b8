package io.wharf.images;

import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.wharf.base.Event;
import io.wharf.base.KernelLedger;
import io.wharf.base.Layout;
import io.wharf.base.Store;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.ContainerDefaults;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.EventOptions;
import io.wharf.contracts.FirewallOptions;
import io.wharf.contracts.Handle;
import io.wharf.contracts.HostConfig.LogConfig;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.ImageService.ImportImage;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.contracts.ImageSpaceOptions;
import io.wharf.contracts.ListenerOptions;
import io.wharf.contracts.NetworkDefaults;
import io.wharf.contracts.RegistryOptions;
import io.wharf.contracts.Services;
import io.wharf.linux.Mounts;
import io.wharf.linux.Pools;
import io.wharf.linux.RemoveTree;
import io.wharf.streams.HandleTable;
import io.wharf.tar.TarEntry;
import io.wharf.tar.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The room as the daemon runs it, in folders of its own; closing it checks that no mount is left. */
public final class Room implements AutoCloseable {
    public final Path folder;
    public final Layout layout;
    public final List<Event> events = Collections.synchronizedList(new ArrayList<>());
    public final Vertx vertx = Vertx.vertx();
    public final HandleTable handles = new HandleTable(vertx, Duration.ofSeconds(10));
    public final Pools pools = new Pools(8, 2);
    public final Store store;
    final KernelLedger ledger;
    public final ImageService images;
    private final boolean owned;

    /** Deeper trees than an engine takes in that nobody configured. */
    private static final Map<String, String> IMAGE_LIMITS = Map.of("path-length", "20000");

    private final @Nullable String driver;

    private Room(Path folder, boolean owned, List<String> insecure, List<String> mirrors) {
        this(folder, owned, insecure, mirrors, null, Map.of(), ImageSpaceOptions.USUAL);
    }

    private Room(
            Path folder,
            boolean owned,
            List<String> insecure,
            List<String> mirrors,
            @Nullable String driver,
            Map<String, String> storageOptions,
            ImageSpaceOptions space) {
        this.folder = folder;
        this.driver = driver;
        this.owned = owned;
        layout = new Layout(folder.resolve("data"), folder.resolve("run"));
        try {
            Files.createDirectories(layout.dataRoot());
            Files.createDirectories(layout.execRoot());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Services.prepare(vertx);
        store = Store.open(layout.database(), Store.Durability.PROCESS, List.of(ImagesVerticle.schema()));
        store.onCommit(events::addAll);
        ledger = KernelLedger.open(layout.ledger(), "boot");
        RegistryOptions usual = RegistryOptions.of(insecure, mirrors);
        EngineOptions options = new EngineOptions(
                List.of(),
                layout,
                "none",
                null,
                false,
                driver,
                storageOptions,
                new RegistryOptions(
                        usual.insecure(),
                        usual.mirrors(),
                        List.of(folder.resolve("certs.d")),
                        usual.proxies(),
                        usual.downloads(),
                        usual.uploads(),
                        3),
                Map.of(),
                null,
                Map.of(),
                false,
                "boot",
                "0.1.0",
                new LogConfig("json-file", Map.of()),
                ContainerDefaults.USUAL,
                driver == null ? Map.of() : IMAGE_LIMITS,
                space,
                List.of(),
                FirewallOptions.usual(false),
                NetworkDefaults.USUAL,
                List.of(),
                ListenerOptions.USUAL,
                EventOptions.USUAL);
        try {
            await(vertx.deployVerticle(new ImagesVerticle(options, store, ledger, handles, pools)));
        } catch (RuntimeException e) {
            stop();
            throw e;
        }
        images = Services.client(vertx, ImageService.class);
    }

    public static Room open() {
        return open(List.of(), List.of());
    }

    public static Room open(List<String> insecure, List<String> mirrors) {
        try {
            return new Room(Files.createTempDirectory("wharf-images."), true, insecure, mirrors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Room open(ImageSpaceOptions space) {
        try {
            Path folder = Files.createTempDirectory("wharf-images.");
            return new Room(folder, true, List.of(), List.of(), null, Map.of(), space);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One with a storage driver, in a new folder below another; it is the caller's to close even where it does not start. */
    public static Room on(Path parent, String driver, Map<String, String> storageOptions) {
        try {
            Path folder = Files.createTempDirectory(parent, "wharf-images.");
            return new Room(folder, true, List.of(), List.of(), driver, storageOptions, ImageSpaceOptions.USUAL);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next engine, which looks after the disk in its own way. */
    public Room next(ImageSpaceOptions space) {
        return new Room(folder, owned, List.of(), List.of(), driver, Map.of(), space);
    }

    /** The next engine on the same folders, asked for another driver, or for none. */
    public Room next(@Nullable String other) {
        return new Room(folder, owned, List.of(), List.of(), other, Map.of(), ImageSpaceOptions.USUAL);
    }

    /** The next engine on the same folders, with other options of its storage driver. */
    public Room next(Map<String, String> storageOptions) {
        return new Room(folder, owned, List.of(), List.of(), driver, storageOptions, ImageSpaceOptions.USUAL);
    }

    /** The next engine on the same folders, after {@link #stop}. */
    public Room next() {
        return next(driver);
    }

    /** Stops the engine and leaves everything where it is. */
    public void stop() {
        await(vertx.close());
        store.close();
        ledger.close();
        pools.close();
    }

    @Override
    public void close() {
        stop();
        List<String> left = Mounts.real().unmountAll(folder.toString(), 2);
        RemoveTree.at(folder);
        if (!left.isEmpty()) {
            throw new AssertionError("left mounted: " + left);
        }
    }

    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(60, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    public List<Progress> watch(Future<Handle<Flowable<Progress>>> work) {
        return handles.take(await(work)).toList().blockingGet();
    }

    /** Imports a tar; the image's id. */
    public String importTar(byte[] tar, @Nullable String repository, String... changes) {
        var request = new ImportImage(offer(tar), repository, null, null, null, List.of(changes));
        return String.valueOf(watch(images.importRoot(request)).getLast().status());
    }

    public Handle<ByteStream> offer(byte[] bytes) {
        return handles.offer(new Bytes(vertx, bytes), () -> {});
    }

    public byte[] drain(Future<Handle<ByteStream>> handle) {
        ByteStream stream = handles.take(await(handle));
        try (io.wharf.streams.BlockingInput input = io.wharf.streams.BlockingInput.of(stream)) {
            return input.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A paused stream of bytes in chunks. */
    static final class Bytes implements ByteStream {
        private static final int CHUNK = 10_000;
        private final Vertx vertx;
        private final byte[] bytes;
        private int at;
        private final boolean ends;
        private boolean flowing;
        private boolean ended;
        private @Nullable Handler<Buffer> handler;
        private @Nullable Handler<Void> end;

        Bytes(Vertx vertx, byte[] bytes) {
            this(vertx, bytes, true);
        }

        /** One that does not end is a client who has stopped sending. */
        Bytes(Vertx vertx, byte[] bytes, boolean ends) {
            this.ends = ends;
            this.vertx = vertx;
            this.bytes = bytes;
        }

        private synchronized void step() {
            if (!flowing || ended) {
                return;
            }
            if (at == bytes.length) {
                if (!ends) {
                    return;
                }
                ended = true;
                if (end != null) {
                    end.handle(null);
                }
                return;
            }
            int to = Math.min(bytes.length, at + CHUNK);
            Buffer next = Buffer.buffer().appendBytes(bytes, at, to - at);
            at = to;
            if (handler != null) {
                handler.handle(next);
            }
            vertx.runOnContext(again -> step());
        }

        @Override
        public ByteStream exceptionHandler(@Nullable Handler<Throwable> handler) {
            return this;
        }

        @Override
        public synchronized ByteStream handler(@Nullable Handler<Buffer> handler) {
            this.handler = handler;
            return this;
        }

        @Override
        public synchronized ByteStream pause() {
            flowing = false;
            return this;
        }

        @Override
        public synchronized ByteStream resume() {
            flowing = true;
            vertx.runOnContext(again -> step());
            return this;
        }

        @Override
        public ByteStream fetch(long amount) {
            return resume();
        }

        @Override
        public synchronized ByteStream endHandler(@Nullable Handler<Void> handler) {
            end = handler;
            return this;
        }

        @Override
        public synchronized void close() {
            ended = true;
        }
    }

    /** A tar in the making. */
    public static final class Tar {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final TarWriter writer = new TarWriter(bytes);

        public Tar file(String name, String content) {
            byte[] text = content.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            return add(TarEntry.file(name, 0644, text.length), text);
        }

        public Tar folder(String name) {
            return add(TarEntry.directory(name, 0755), new byte[0]);
        }

        public Tar link(TarEntry.Kind kind, String name, String target) {
            return add(new TarEntry(name, kind, 0777, 0, 0, 0, 0, 1, 0, target, 0, 0, Map.of(), null), new byte[0]);
        }

        public Tar add(TarEntry entry, byte[] content) {
            try {
                writer.whole(entry, content);
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public byte[] bytes() {
            try {
                writer.finish();
                return bytes.toByteArray();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
