package io.wharf.networking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.Filters;
import io.wharf.contracts.HostConfig.PortBinding;
import io.wharf.contracts.NetworkService.JoinNetworks;
import io.wharf.contracts.NetworkService.NetworkDetail;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.contracts.NetworkingConfig;
import io.wharf.contracts.NetworkingConfig.EndpointAddresses;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import io.wharf.linux.Link;
import io.wharf.linux.Netlink;
import io.wharf.linux.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Network modes, what is refused, and what a refusal leaves: nothing. */
class ModesTest {
    @TempDir
    private Path folder = Path.of("/");

    private Engine engine = unset();

    @SuppressWarnings("NullAway")
    private static <T> T unset() {
        return null;
    }

    @BeforeEach
    void start() {
        try (Netlink netlink = Netlink.open()) {
            netlink.up(1);
        }
        engine = Engine.start(folder);
    }

    @AfterEach
    void leaveNothing() {
        for (String id : List.of("a1", "b1", "c1")) {
            engine.leave(id);
        }
        engine.close();
        try {
            Host.assertClean(folder);
        } finally {
            Host.reset();
        }
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(
            ErrorKind kind, ThrowingCallable call) {
        return assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        WharfException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @Test
    void none_hasLoopbackAlone() throws IOException {
        Sandbox sandbox = engine.join("a1", "none", "8080:80/tcp");
        try (Netlink inside = Netlink.openIn(NetworkNamespaces.real(), sandbox.netnsPath());
                var server = Engine.inside(sandbox).serveTcp("127.0.0.1", 80)) {
            assertThat(inside.links())
                    .filteredOn(Link::isUp)
                    .extracting(Link::name)
                    .containsExactly("lo");
            assertThat(Engine.inside(sandbox).callTcp("127.0.0.1", 80)).isEqualTo("127.0.0.1");
            assertThat(server.isOpen()).isTrue();
        }
        assertThat(sandbox.endpoints()).containsOnlyKeys("none");
        assertThat(sandbox.ports()).isEmpty();
        assertThat(Host.links()).containsExactly("wharf0");
    }

    @Test
    void host_hasNoNamespace() {
        Sandbox sandbox = engine.join("a1", "host");
        assertThat(sandbox.netnsPath()).isEmpty();
        assertThat(sandbox.endpoints()).containsOnlyKeys("host");
        assertThat(Engine.await(engine.service.inspect("host", false)).containers())
                .containsOnlyKeys("a1");
    }

    @Test
    void containerMode_sharesTheNamespace() {
        Sandbox owner = engine.join("a1", "bridge");
        assertThat(engine.join("b1", "container:a1").netnsPath()).isEqualTo(owner.netnsPath());
        assertThat(engine.join("c1", "container:b1").netnsPath()).isEqualTo(owner.netnsPath());
        assertRefused(ErrorKind.CONFLICT, () -> engine.join("d1", "container:zz"))
                .hasMessage("cannot join network of a non running container: zz");
    }

    @Test
    void unknownNetwork_isNotFound() {
        assertRefused(ErrorKind.NOT_FOUND, () -> engine.join("a1", "nowhere")).hasMessage("network nowhere not found");
        assertRefused(ErrorKind.NOT_FOUND, () -> Engine.await(engine.service.inspect("nowhere", false)))
                .hasMessage("network nowhere not found");
    }

    @Test
    void takenPort_isRefusedAndLeavesNothing() {
        engine.join("a1", "bridge", "8080:80/tcp");
        assertRefused(ErrorKind.INTERNAL, () -> engine.join("b1", "bridge", "9090:90/tcp", "8080:80/tcp"))
                .hasMessageMatching(
                        "driver failed programming external connectivity on endpoint name-b1 \\([0-9a-f]{64}\\): "
                                + "Bind for 0.0.0.0:8080 failed: port is already allocated");
        assertRefused(ErrorKind.INTERNAL, () -> engine.join("b1", "bridge", "127.0.0.1:8080:80/tcp"))
                .hasMessageContaining("Bind for 127.0.0.1:8080 failed: port is already allocated");
        engine.join("c1", "bridge", "8080:80/udp", "9090:90/tcp");
        assertThat(Host.links()).hasSize(3);
    }

    @Test
    void portOfAnotherProgram_isRefused() throws IOException {
        try (var server = Peer.HERE.serveTcp("0.0.0.0", 8080)) {
            assertRefused(ErrorKind.INTERNAL, () -> engine.join("a1", "bridge", "8080:80/tcp"))
                    .hasMessageEndingWith("failed to bind host port 0.0.0.0:8080/tcp: address already in use");
            assertThat(server.isOpen()).isTrue();
        }
        assertRefused(ErrorKind.INTERNAL, () -> engine.join("a1", "bridge", "203.0.113.1:8080:80/tcp"))
                .hasMessageEndingWith(": cannot assign requested address");
        engine.join("a1", "bridge", "8080:80/tcp");
        assertThatThrownBy(() -> Peer.HERE.serveTcp("0.0.0.0", 8080)).hasMessageContaining("already in use");
    }

    @Test
    void joinThatFailsHalfWay_leavesNothing() throws IOException {
        try (Netlink netlink = Netlink.open()) {
            netlink.delete(netlink.link("wharf0").orElseThrow().index());
        }
        assertRefused(ErrorKind.INTERNAL, () -> engine.join("a1", "bridge", "8080:80/tcp"))
                .hasMessageStartingWith("failed to set up container networking: ");
        assertThat(Engine.await(engine.ledger.ofOwner("a1"))).isEmpty();
        assertThat(engine.layout.netns("a1")).doesNotExist();
        Peer.HERE.serveTcp("0.0.0.0", 8080).close();
    }

    @Test
    void manyAtOnce_leaveNothing() {
        for (int round = 0; round < 2; round++) {
            List<Future<Sandbox>> joins = IntStream.range(0, 40)
                    .mapToObj(i -> engine.service.join(Engine.request("m" + i, "bridge", (9000 + i) + ":80/tcp")))
                    .toList();
            Engine.await(Future.all(joins));
            assertThat(joins.stream().map(Future::result).map(Engine::address).distinct())
                    .hasSize(40);
            Engine.await(Future.all(IntStream.range(0, 40)
                    .mapToObj(i -> engine.service.leave("m" + i))
                    .toList()));
        }
        await().untilAsserted(() -> assertThat(Host.links()).containsExactly("wharf0"));
        await().untilAsserted(() ->
                assertThat(Engine.await(engine.ledger.ofKind(Membership.KIND))).isEmpty());
    }

    @Test
    void ranges_giveTheFirstFreePort() {
        assertThat(engine.join("a1", "bridge", "8000-8002:80/tcp").ports().toString())
                .contains("8000");
        assertThat(engine.join("b1", "bridge", "8000-8002:80/tcp").ports().toString())
                .contains("8001");
    }

    @Test
    void publishAll_givesExposedPortsRandomOnes() {
        Sandbox sandbox = Engine.await(engine.service.join(new JoinNetworks(
                "a1",
                "web",
                "bridge",
                "web",
                null,
                NetworkingConfig.NONE,
                List.of("80/tcp", "90/udp"),
                Map.of("443/tcp", List.of(new PortBinding("", ""))),
                true)));
        assertThat(sandbox.ports()).containsOnlyKeys("80/tcp", "90/udp", "443/tcp");
        assertThat(sandbox.ports().values())
                .allSatisfy(bindings -> assertThat(Integer.parseInt(
                                Objects.requireNonNull(bindings.getFirst().hostPort())))
                        .isGreaterThanOrEqualTo(32_768));
    }

    @Test
    void exposedPort_isShownUnpublished() {
        Sandbox sandbox = Engine.await(engine.service.join(new JoinNetworks(
                "a1", "web", "bridge", "web", null, NetworkingConfig.NONE, List.of("80/tcp"), Map.of(), false)));
        assertThat(sandbox.ports()).containsEntry("80/tcp", List.of());
    }

    @Test
    void wantedHardwareAddress_isGiven() {
        JoinNetworks asked = new JoinNetworks(
                "a1", "web", "bridge", "web", "02:00:00:00:00:07", NetworkingConfig.NONE, List.of(), Map.of(), false);
        Sandbox sandbox = Engine.await(engine.service.join(asked));
        assertThat(Objects.requireNonNull(sandbox.endpoints().get("bridge")).macAddress())
                .isEqualTo("02:00:00:00:00:07");
    }

    @Test
    void fixedAddress_isRefusedOnTheDefaultBridge() {
        EndpointConfig fixed = new EndpointConfig(
                new EndpointAddresses("172.17.0.9", "", List.of()), List.of(), List.of(), "", Map.of(), 0);
        JoinNetworks asked = new JoinNetworks(
                "a1",
                "web",
                "bridge",
                "web",
                null,
                new NetworkingConfig(Map.of("bridge", fixed)),
                List.of(),
                Map.of(),
                false);
        assertRefused(ErrorKind.INVALID_ARGUMENT, () -> Engine.await(engine.service.join(asked)))
                .hasMessageContaining("user-specified IP address is supported on user-defined networks only");
    }

    @Test
    void check_refusesContradictions() {
        assertRefused(
                        ErrorKind.INVALID_ARGUMENT,
                        () -> Engine.await(engine.service.check(Engine.request("a1", "container:b1", "80:80/tcp"))))
                .hasMessage("conflicting options: port publishing and the container type network mode");
        assertRefused(
                        ErrorKind.INVALID_ARGUMENT,
                        () -> Engine.await(engine.service.check(Engine.request("a1", "bridge", "x:80/tcp"))))
                .hasMessage("invalid port specification: \"x\"");
        Engine.await(engine.service.check(Engine.request("a1", "later", "80:80/tcp")));
    }

    @Test
    void list_showsThePredefinedNetworks() {
        List<NetworkDetail> all = Engine.await(engine.service.list(Filters.NONE));
        assertThat(all).extracting(NetworkDetail::name).containsExactlyInAnyOrder("bridge", "host", "none");
        NetworkDetail bridge = Engine.await(engine.service.inspect("bridge", false));
        assertThat(bridge.ipam().config().toString()).contains("172.17.0.0/16", "172.17.0.1");
        assertThat(bridge.options()).containsEntry("com.docker.network.bridge.name", "wharf0");
        assertThat(Engine.await(engine.service.inspect(bridge.id().substring(0, 12), false)))
                .isEqualTo(bridge);
        assertThat(Engine.await(engine.service.list(new Filters(Map.of("driver", List.of("null"))))))
                .extracting(NetworkDetail::name)
                .containsExactly("none");
        assertThat(Engine.await(engine.service.list(new Filters(Map.of("type", List.of("custom"))))))
                .isEmpty();
        assertRefused(
                ErrorKind.INVALID_ARGUMENT,
                () -> Engine.await(engine.service.list(new Filters(Map.of("colour", List.of("x"))))));
    }

    @Test
    void predefinedNetworks_stay() {
        assertRefused(ErrorKind.FORBIDDEN, () -> Engine.await(engine.service.remove("bridge")))
                .hasMessage("bridge is a pre-defined network and cannot be removed");
        assertThat(Engine.await(engine.service.prune(Filters.NONE))).isEmpty();
    }

    @Test
    void facts_tellBridgeAndFirewall() {
        var facts = Engine.await(engine.service.facts());
        assertThat(facts.bridge()).isEqualTo("wharf0");
        assertThat(facts.gatewayAddress()).isEqualTo("172.17.0.1");
        assertThat(facts.firewall()).startsWith("nftables");
        assertThat(facts.ipv4Forwarding()).isTrue();
    }
}
