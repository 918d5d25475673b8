package io.wharf.networking.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.handler.codec.dns.DnsRecordType;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.wharf.base.Json;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.linux.Netlink;
import io.wharf.linux.NetworkNamespaces;
import io.wharf.linux.Nftables;
import io.wharf.linux.Pools;
import io.wharf.networking.dns.Wire.Answer;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names at 127.0.0.11 of a namespace, asked from inside. */
class DnsTest {
    private static final NetworkNamespaces NAMESPACES = NetworkNamespaces.real();
    private static final InetSocketAddress SERVER = new InetSocketAddress(InetAddress.ofLiteral(Dns.SERVER), 53);

    @TempDir
    private Path folder = Path.of("/");

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private final Context context = vertx.getOrCreateContext();
    private final Pools pools = new Pools(2, 1);
    private final Zones zones = new Zones();
    private String netns = "";
    private KernelLedger ledger = unset();
    private Dns dns = unset();

    @SuppressWarnings("NullAway") // Set before each test.
    private static <T> T unset() {
        return null;
    }

    @BeforeEach
    void make() {
        netns = folder.resolve("ns").toString();
        NAMESPACES.create(netns);
        try (Netlink inside = Netlink.openIn(NAMESPACES, netns)) {
            inside.up(1);
        }
        ledger = KernelLedger.open(folder.resolve("ledger"), "boot");
        dns = new Dns(context, ledger, pools, zones);
        zones.put(
                "n",
                "net",
                new Member("c1", List.of("web"), List.of(InetAddress.ofLiteral("172.18.0.2")), Map.of(), true));
    }

    @AfterEach
    void end() throws Exception {
        onLoop(() -> {
            dns.stop();
            return Future.succeededFuture();
        });
        NAMESPACES.delete(netns);
        ledger.close();
        pools.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private <T> T onLoop(Supplier<Future<T>> work) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        context.runOnContext(turn -> work.get().onComplete(done::complete, done::completeExceptionally));
        return done.get(10, TimeUnit.SECONDS);
    }

    private void open(String... servers) throws Exception {
        onLoop(() -> dns.open("c1", netns, List.of(servers), List.of()));
    }

    private <T> T inside(Callable<T> work) {
        return NAMESPACES.in(netns, () -> {
            try {
                return work.call();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private DatagramChannel caller() throws IOException {
        DatagramChannel channel = inside(() -> DatagramChannel.open(StandardProtocolFamily.INET));
        return channel.connect(SERVER);
    }

    private static Answer ask(DatagramChannel caller, byte[] query) throws IOException {
        caller.write(ByteBuffer.wrap(query));
        caller.socket().setSoTimeout(3000);
        DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
        caller.socket().receive(packet);
        return Wire.read(java.util.Arrays.copyOf(packet.getData(), packet.getLength()));
    }

    private Answer ask(String name) throws IOException {
        try (DatagramChannel caller = caller()) {
            return ask(caller, Wire.bytes(5, name, DnsRecordType.A));
        }
    }

    private Answer askByTcp(String name) throws IOException {
        try (SocketChannel caller = inside(() -> SocketChannel.open(StandardProtocolFamily.INET))) {
            caller.socket().connect(SERVER, 3000);
            caller.socket().setSoTimeout(3000);
            DataOutputStream out = new DataOutputStream(caller.socket().getOutputStream());
            byte[] query = Wire.bytes(6, name, DnsRecordType.A);
            out.writeShort(query.length);
            out.write(query);
            DataInputStream in = new DataInputStream(caller.socket().getInputStream());
            byte[] answer = new byte[in.readUnsignedShort()];
            in.readFully(answer);
            return Wire.read(answer);
        }
    }

    @Test
    void names_areAnswered_byUdpAndTcp_withPort53Taken() throws Exception {
        open();
        // The container may serve names itself, at all of its addresses.
        try (DatagramChannel own = inside(() ->
                        DatagramChannel.open(StandardProtocolFamily.INET).bind(new InetSocketAddress("0.0.0.0", 53)));
                var ownTcp = inside(() -> java.nio.channels.ServerSocketChannel.open(StandardProtocolFamily.INET)
                        .bind(new InetSocketAddress("0.0.0.0", 53)))) {
            assertThat(own.isOpen() && ownTcp.isOpen()).isTrue();
            assertThat(ask("web").records()).containsExactly("172.18.0.2");
            assertThat(askByTcp("web.net").records()).containsExactly("172.18.0.2");
        }
        zones.put(
                "n",
                "net",
                new Member("c2", List.of("db"), List.of(InetAddress.ofLiteral("172.18.0.3")), Map.of(), true));
        assertThat(ask("db").records()).containsExactly("172.18.0.3");
    }

    @Test
    void manyQueries_onOneConnection_areAllAnswered() throws Exception {
        open();
        try (SocketChannel caller = inside(() -> SocketChannel.open(StandardProtocolFamily.INET))) {
            caller.socket().connect(SERVER, 3000);
            caller.socket().setSoTimeout(3000);
            byte[] query = Wire.bytes(6, "web", DnsRecordType.A);
            ByteBuffer many = ByteBuffer.allocate(1000 * (query.length + 2));
            for (int i = 0; i < 1000; i++) {
                many.putShort((short) query.length).put(query);
            }
            caller.write(many.flip());
            DataInputStream in = new DataInputStream(caller.socket().getInputStream());
            for (int i = 0; i < 1000; i++) {
                byte[] answer = new byte[in.readUnsignedShort()];
                in.readFully(answer);
                assertThat(Wire.read(answer).records()).hasSize(1);
            }
        }
    }

    @Test
    void nextEngine_standsAtTheSamePorts() throws Exception {
        open();
        try (DatagramChannel caller = caller()) {
            assertThat(ask(caller, Wire.bytes(1, "web", DnsRecordType.A)).records())
                    .hasSize(1);
            String rules = rules();
            onLoop(() -> {
                dns.stop();
                return Future.succeededFuture();
            });
            assertThatThrownBy(() -> ask(caller, Wire.bytes(2, "web", DnsRecordType.A)))
                    .isInstanceOf(IOException.class);
            dns = new Dns(context, ledger, pools, zones);
            onLoop(() -> dns.restore(Set.of("c1")));
            assertThat(rules()).isEqualTo(rules);
            // On the very socket, whose connection the kernel remembers.
            assertThat(ask(caller, Wire.bytes(3, "web", DnsRecordType.A)).records())
                    .hasSize(1);
        }
    }

    @Test
    void nextEngine_whosePortIsTaken_takesAnother() throws Exception {
        open();
        Resolving before = io.wharf.base.Json.read(
                onLoop(() -> ledger.ofKind(Resolving.KIND)).getFirst().detail(), Resolving.class);
        onLoop(() -> {
            dns.stop();
            return Future.succeededFuture();
        });
        dns = new Dns(context, ledger, pools, zones);
        try (DatagramChannel taken = inside(() -> DatagramChannel.open(StandardProtocolFamily.INET)
                .bind(new InetSocketAddress(Dns.SERVER, before.udpPort())))) {
            assertThat(taken.isOpen()).isTrue();
            onLoop(() -> dns.restore(Set.of("c1")));
            assertThat(ask("web").records()).hasSize(1);
            assertThat(askByTcp("web").records()).hasSize(1);
        }
    }

    @Test
    void nextEngine_thatCannotServeAtOnce_servesAsSoonAsItCan() throws Exception {
        open();
        onLoop(() -> {
            dns.stop();
            return Future.succeededFuture();
        });
        Path hidden = folder.resolve("hidden");
        dns = new Dns(context, ledger, pools, zones);
        String path = netns;
        KernelObject record = onLoop(() -> ledger.ofKind(Resolving.KIND)).getFirst();
        Resolving before = Json.read(record.detail(), Resolving.class);
        onLoop(() -> ledger.record(
                new Resolving("c1", hidden.toString(), List.of(), List.of(), before.udpPort(), before.tcpPort())
                        .record()));
        onLoop(() -> dns.restore(Set.of("c1")));
        assertThat(onLoop(() -> ledger.ofKind(Resolving.KIND))).hasSize(1);
        Files.createSymbolicLink(hidden, Path.of(path));
        await().atMost(5, TimeUnit.SECONDS)
                .ignoreExceptions()
                .until(() -> ask("web").records().size() == 1);
        onLoop(() -> dns.close("c1"));
        assertThat(onLoop(() -> ledger.ofKind(Resolving.KIND))).isEmpty();
    }

    @Test
    void containerThatCouldNotBeServed_isForgotten_whenItEnds() throws Exception {
        Resolving before = new Resolving("c1", folder.resolve("none").toString(), List.of(), List.of(), 1053, 1053);
        onLoop(() -> ledger.record(before.record()));
        onLoop(() -> dns.restore(Set.of("c1")));
        assertThat(onLoop(() -> ledger.ofKind(Resolving.KIND))).hasSize(1);
        onLoop(() -> dns.close("c1"));
        assertThat(onLoop(() -> ledger.ofKind(Resolving.KIND))).isEmpty();
        open();
        assertThat(ask("web").records()).hasSize(1);
    }

    private String rules() {
        try (Nftables nft = Nftables.openIn(NAMESPACES, netns)) {
            return nft.run("list ruleset");
        }
    }

    @Test
    void closed_leavesNothing_andTheNamespaceEnds() throws Exception {
        open("127.0.0.2");
        ask("elsewhere.example");
        askByTcp("elsewhere.example");
        onLoop(() -> dns.close("c1"));
        assertThat(onLoop(() -> ledger.ofKind(Resolving.KIND))).isEmpty();
        for (String table : List.of("udp", "tcp")) {
            List<String> open =
                    inside(() -> java.nio.file.Files.readAllLines(Path.of("/proc/thread-self/net/" + table)));
            // Connections that were closed first stay for a minute, and belong to nobody.
            assertThat(open.stream()
                            .skip(1)
                            .filter(line -> !line.contains(" 06 "))
                            .toList())
                    .isEmpty();
        }
    }

    @Test
    void ownServers_areAskedInside() throws Exception {
        FakeServer server = inside(() -> new FakeServer("127.0.0.5", 53, FakeServer.says(0, 2)));
        try (server) {
            server.start();
            open("127.0.0.11", "127.0.0.5");
            assertThat(ask("elsewhere.example").records()).hasSize(2);
            assertThat(askByTcp("elsewhere.example").records()).hasSize(2);
            assertThat(ask("web").records()).containsExactly("172.18.0.2");
            assertThat(server.asked).hasValue(1);
            assertThat(server.askedByTcp).hasValue(1);
        }
    }

    @Test
    void internalNetwork_doesNotLeadOutThroughTheHost() throws Exception {
        zones.put("n", "net", new Member("c1", List.of("web"), List.of(), Map.of(), false));
        open();
        long begun = System.nanoTime();
        assertThat(ask("elsewhere.example").rcode()).isEqualTo(Message.SERVER_FAILURE);
        assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void noise_isSurvived() throws Exception {
        open();
        Random random = new Random(3);
        try (DatagramChannel caller = caller()) {
            for (int i = 0; i < 2000; i++) {
                byte[] noise = new byte[random.nextInt(i % 100 == 0 ? 60_000 : 600)];
                random.nextBytes(noise);
                caller.write(ByteBuffer.wrap(noise));
            }
            byte[] answer = Wire.answer(Wire.bytes(1, "web", DnsRecordType.A), 0, false, 1);
            caller.write(ByteBuffer.wrap(answer));
        }
        try (SocketChannel caller = inside(() -> SocketChannel.open(StandardProtocolFamily.INET))) {
            caller.socket().connect(SERVER, 3000);
            caller.socket().setSoTimeout(3000);
            byte[] noise = new byte[100_000];
            java.util.Arrays.fill(noise, (byte) 0xff);
            caller.write(ByteBuffer.wrap(noise));
            assertThatThrownBy(() -> new DataInputStream(caller.socket().getInputStream()).readUnsignedShort())
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(SocketTimeoutException.class);
        } catch (UncheckedIOException | IOException e) {
            // Cut off while it still wrote.
            assertThat(e).isNotInstanceOf(SocketTimeoutException.class);
        }
        assertThat(ask("web").records()).hasSize(1);
        assertThat(askByTcp("web").records()).hasSize(1);
    }

    @Test
    void connections_areBounded_andFreedAgain() throws Exception {
        open();
        List<SocketChannel> held = new java.util.ArrayList<>();
        try {
            for (int i = 0; i < 70; i++) {
                SocketChannel caller = inside(() -> SocketChannel.open(StandardProtocolFamily.INET));
                held.add(caller);
                caller.socket().connect(SERVER, 3000);
            }
            held.getLast().socket().setSoTimeout(3000);
            assertThat(held.getLast().socket().getInputStream().read()).isEqualTo(-1);
        } finally {
            for (SocketChannel each : held) {
                each.close();
            }
        }
        org.awaitility.Awaitility.await()
                .ignoreExceptions()
                .until(() -> askByTcp("web").records().size() == 1);
    }

    @Test
    void ofNoNamespace_fails_andIsForgotten() throws Exception {
        assertThatThrownBy(
                        () -> onLoop(() -> dns.open("c9", folder.resolve("none").toString(), List.of(), List.of())))
                .hasMessageContaining("ENOENT");
        assertThat(onLoop(() -> ledger.ofKind(Resolving.KIND))).isEmpty();
        open();
        assertThat(ask("web").records()).hasSize(1);
    }
}
