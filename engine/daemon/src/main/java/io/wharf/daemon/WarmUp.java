package io.wharf.daemon;

import io.netty.channel.epoll.Epoll;
import io.vertx.core.spi.VertxServiceProvider;
import io.wharf.base.Json;
import io.wharf.contracts.AccessService;
import io.wharf.contracts.BuildService;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.EventService;
import io.wharf.contracts.EventSinkService;
import io.wharf.contracts.ExecService;
import io.wharf.contracts.FilesService;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.LeaseService;
import io.wharf.contracts.LogService;
import io.wharf.contracts.MetricsService;
import io.wharf.contracts.NetworkService;
import io.wharf.contracts.Services;
import io.wharf.contracts.StatsService;
import io.wharf.contracts.SystemService;
import io.wharf.contracts.VolumeCopyService;
import io.wharf.contracts.VolumeService;
import io.wharf.linux.Processes;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Has the second core do what the start will want anyhow, while the first reads the configuration: the calls into the
 * kernel are linked, the native transport is loaded, callers' sides of services are made. A quarter of a start is such
 * first times, and none of them needs to know what is configured.
 */
final class WarmUp {
    private static final int FILE_MODES = 0_022;
    /** In the order in which callers' sides of them are wanted. */
    private static final List<Class<?>> SERVICES = List.of(
            EventService.class,
            ImageService.class,
            LogService.class,
            NetworkService.class,
            VolumeService.class,
            ContainerService.class,
            ExecService.class,
            StatsService.class,
            SystemService.class,
            EventSinkService.class,
            LeaseService.class,
            MetricsService.class,
            FilesService.class,
            BuildService.class,
            VolumeCopyService.class,
            AccessService.class);

    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> log = new CompletableFuture<>();

    private WarmUp() {}

    static WarmUp begin() {
        WarmUp warm = new WarmUp();
        Thread.ofPlatform().name("wharf-warm-up").daemon(true).start(warm::run);
        return warm;
    }

    /** The process's own, which children inherit: whatever shell started us must not decide on files' modes. */
    static void fileModes() {
        Processes.real().umask(FILE_MODES);
    }

    /**
     * Waits for what no file may be made before, and for what must not be initialized by two threads at once: classes that
     * need each other would wait for each other. The rest goes on beside the start.
     */
    void join() {
        ready.join();
    }

    /** The log stands: two threads must not set it up at once, or one gets a stand-in. */
    void logStands() {
        log.complete(null);
    }

    private void run() {
        try {
            fileModes();
            log.join();
            // Whatever is amiss there is told by the one that needs it.
            Epoll.isAvailable();
            ready.complete(null);
        } catch (Throwable e) {
            ready.completeExceptionally(e);
            return;
        }
        openJars();
        Json.read("{}", Map.class);
        SERVICES.forEach(Services::makeClient);
    }

    /** The first search for something by name opens each jar in turn; Vert.x will begin with one. */
    private static void openJars() {
        try {
            ClassLoader.getSystemResources("META-INF/services/" + VertxServiceProvider.class.getName())
                    .asIterator()
                    .forEachRemaining(found -> {});
        } catch (IOException e) {
            // Told by the one that needs it, likewise.
        }
    }
}
