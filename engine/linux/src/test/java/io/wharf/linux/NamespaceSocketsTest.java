package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sockets of another namespace: used from here, but connecting there. */
class NamespaceSocketsTest {
    private static final NetworkNamespaces NAMESPACES = NetworkNamespaces.real();
    private static final InetAddress LOCAL = InetAddress.getLoopbackAddress();

    @TempDir
    private Path folder;

    private Vertx vertx;
    private Context context;
    private String namespace;
    private NamespaceSockets sockets;

    @BeforeEach
    void makeNamespace() {
        vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        context = vertx.getOrCreateContext();
        namespace = folder.resolve("ns").toString();
        NAMESPACES.create(namespace);
        try (Netlink inside = Netlink.openIn(NAMESPACES, namespace)) {
            inside.up(inside.link("lo").orElseThrow().index());
        }
        sockets = new NamespaceSockets();
    }

    @AfterEach
    void delete() throws Exception {
        sockets.close();
        NAMESPACES.delete(namespace);
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private Fd socket(String path) throws Exception {
        return sockets.tcp(context, path, LOCAL)
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private int outcome(Fd socket, int port) throws Exception {
        var ready = new java.util.concurrent.CompletableFuture<Integer>();
        InetSockets.connect(socket, LOCAL, port);
        var watch = Readiness.watch(EventLoops.of(context), socket, Readiness.Interest.WRITE, () -> {
            if (!ready.isDone()) {
                ready.complete(InetSockets.failure(socket));
            }
        });
        int errno = ready.get(10, TimeUnit.SECONDS);
        watch.cancel(socket::close);
        return errno;
    }

    @Test
    void tcp_connectsWithinTheNamespace() throws Exception {
        try (Fd server = NAMESPACES.in(namespace, () -> InetSockets.tcpListener(LOCAL, 0, 5))) {
            int port = InetSockets.port(server);
            assertThat(outcome(socket(namespace), port)).isZero();
            // Nobody listens there out here.
            assertThat(outcome(InetSockets.tcp(LOCAL), port)).isEqualTo(Errno.ECONNREFUSED);
        }
        assertThat(outcome(socket(namespace), 9)).isEqualTo(Errno.ECONNREFUSED);
    }

    @Test
    void udp_hearsOfItsPeerThere() throws Exception {
        try (Fd server = NAMESPACES.in(namespace, () -> InetSockets.udp(LOCAL, 0));
                Fd caller = sockets.udp(context, namespace, LOCAL)
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS)) {
            InetSockets.connect(caller, LOCAL, InetSockets.port(server));
            caller.writeAll(new byte[] {1, 2, 3});
            assertThat(server.read(new byte[10], 0, 10)).isEqualTo(3);
            // Out here nobody listens at that port.
            try (Fd outside = InetSockets.datagram(LOCAL)) {
                InetSockets.connect(outside, LOCAL, InetSockets.port(server));
                outside.writeAll(new byte[1]);
                assertThat(InetSockets.failure(outside)).isEqualTo(Errno.ECONNREFUSED);
            }
        }
    }

    @Test
    void tcp_forALoopThatHasEnded_closesTheSocket() throws Exception {
        Vertx ended = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        Context gone = ended.getOrCreateContext();
        ended.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        socket(namespace).close();
        int before = OpenDescriptors.now().size();
        for (int i = 0; i < 20; i++) {
            sockets.tcp(gone, namespace, LOCAL);
        }
        // The same thread, so all of those are over then.
        socket(namespace).close();
        assertThat(OpenDescriptors.now()).hasSize(before);
    }

    @Test
    void tcp_ofNoNamespace_fails_andTheNextWorks() {
        assertThatThrownBy(() -> socket(folder.resolve("none").toString())).hasMessageContaining("ENOENT");
        assertThatThrownBy(() -> socket(Files.createFile(folder.resolve("file")).toString()))
                .hasMessageContaining("EINVAL");
        org.assertj.core.api.Assertions.assertThatCode(() -> socket(namespace).close())
                .doesNotThrowAnyException();
    }
}
