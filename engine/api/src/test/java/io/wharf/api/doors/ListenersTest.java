package io.wharf.api.doors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.wharf.contracts.HostSockets;
import io.wharf.contracts.ListenerOptions;
import io.wharf.contracts.ListenerOptions.RoleSocket;
import io.wharf.contracts.ListenerOptions.Tls;
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
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    @Test
    void roleSocket_hasItsModeAndRole() throws Exception {
        Path path = folder.resolve("ro.sock");
        ListenerOptions options = new ListenerOptions(
                "0", List.of(new RoleSocket(path, null, 0606, "read-only")), Optional.empty(), false, false, List.of());
        open(options);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw----rw-");
        ask(UnixDomainSocketAddress.of(path));
        assertThat(seen.poll(5, TimeUnit.SECONDS)).endsWith(" read-only");
    }

    @Test
    void group_thatIsNotThere_isRefused() {
        ListenerOptions options =
                new ListenerOptions("no-such-group", List.of(), Optional.empty(), false, false, List.of());

        assertThatThrownBy(() -> open(options, "unix://" + folder.resolve("a.sock")))
                .hasMessageContaining("group no-such-group not found");
    }

    /** Silent ones take the places of others for a while only, and cannot take more than there are. */
    @Test
    void strangers_areLimitedAndLeaveAgain() throws Exception {
        Listeners made = open(ListenerOptions.USUAL, "tcp://127.0.0.1:0");
        int port = made.ports().getFirst();
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                silent.add(new Socket("127.0.0.1", port));
            }
            for (Socket one : silent.subList(0, 50)) {
                one.close();
            }
            try (Socket socket = new Socket("127.0.0.1", port)) {
                socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: d\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                assertThat(seen.poll(5, TimeUnit.SECONDS)).startsWith("Anybody");
            }
        } finally {
            for (Socket one : silent) {
                one.close();
            }
        }
    }

    @Test
    void tlsFiles_thatAreNotThere_areNamed() {
        Tls tls = new Tls(true, folder.resolve("ca.pem"), folder.resolve("cert.pem"), folder.resolve("key.pem"));
        ListenerOptions options = new ListenerOptions("", List.of(), Optional.of(tls), false, false, List.of());

        assertThatThrownBy(() -> open(options, "tcp://127.0.0.1:0"))
                .hasMessageContaining("invalid TLS configuration")
                .hasMessageContaining("key.pem: no such file or directory");
    }

    @ParameterizedTest
    @CsvSource({
        "tcp://127.0.0.1:1,     false, 127.0.0.1:1",
        "tcp://127.0.0.1,       false, 127.0.0.1:2375",
        "tcp://127.0.0.1,       true,  127.0.0.1:2376",
        "tcp://:99,             false, localhost:99",
        "tcp://,                false, localhost:2375",
        "tcp://[::1]:4/,        false, [::1]:4",
        "tcp://[::],            true,  [::]:2376",
        "a-host:7,              false, a-host:7"
    })
    void tcpAddress_isReadAsDockerdDoes(String text, boolean tls, String read) {
        assertThat(TcpAddress.parse(text, tls)).hasToString(read);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp://a:1/path", "tcp://a:99999", "tcp://a:b", "tcp://u@a:1", "tcp://::1"})
    void tcpAddress_thatIsNone_isRefused(String text) {
        assertThatThrownBy(() -> TcpAddress.parse(text, false))
                .hasMessageContaining("invalid bind address (" + text + "): ");
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
