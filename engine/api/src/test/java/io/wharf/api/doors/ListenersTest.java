package io.wharf.api.doors;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.wharf.contracts.HostSockets;
import io.wharf.contracts.ListenerOptions;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListenersTest {
    @TempDir
    Path folder;

    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final Vertx vertx = Vertx.builder()
            .with(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1))
            .build();
    private @Nullable Listeners listeners;

    private static final class Host implements HostSockets {
        @Override
        public Optional<String> container(int socket, int pid) {
            return Optional.of(socket > 2 ? "of-" + pid : "no socket");
        }

        @Override
        public List<Passed> passed() {
            return List.of();
        }
    }

    @AfterEach
    void close() {
        if (listeners != null) {
            await(listeners.close());
        }
        await(vertx.close());
    }

    private Listeners open(ListenerOptions options, String... hosts) {
        Listeners made = new Listeners(vertx, new Host(), options, folder, (request, caller) -> {
            seen.add(caller.peer() + " " + caller.container().orElse("-") + " "
                    + caller.role().word());
            request.response().end();
        });
        await(made.open(List.of(hosts)));
        listeners = made;
        return made;
    }

    @Test
    void caller_onUnixSocket_isAProcess() throws Exception {
        Path path = folder.resolve("a.sock");
        open(ListenerOptions.USUAL, "unix://" + path);

        ask(UnixDomainSocketAddress.of(path));

        long pid = ProcessHandle.current().pid();
        int uid = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        assertThat(seen.poll(5, TimeUnit.SECONDS))
                .startsWith("Local[pid=" + pid + ", uid=" + uid + ", gid=")
                .endsWith(" of-" + pid + " admin");
    }

    @Test
    void caller_onTcp_isAnAddress() throws Exception {
        Listeners made = open(ListenerOptions.USUAL, "tcp://127.0.0.1:0");

        try (Socket socket = new Socket("127.0.0.1", made.ports().getFirst())) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: d\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(seen.poll(5, TimeUnit.SECONDS))
                    .isEqualTo("Anybody[address=127.0.0.1:" + socket.getLocalPort() + "] - admin");
        }
    }

    private static void ask(SocketAddress address) throws IOException {
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(address);
            client.write(ByteBuffer.wrap("GET / HTTP/1.1\r\nHost: d\r\n\r\n".getBytes(StandardCharsets.UTF_8)));
            assertThat(client.read(ByteBuffer.allocate(100))).isPositive();
        }
    }

    private static <T> T await(io.vertx.core.Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }
}
