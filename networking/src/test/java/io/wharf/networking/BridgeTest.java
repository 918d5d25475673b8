package io.wharf.networking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.linux.Link;
import io.wharf.linux.LinkAddress;
import io.wharf.linux.Netlink;
import io.wharf.linux.NetworkNamespaces;
import io.wharf.linux.Route;
import io.wharf.networking.address.Ip;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The default bridge and its ports, seen from containers, from this host and from another one. */
class BridgeTest {
    private static final String GATEWAY = "172.17.0.1";

    @TempDir
    private Path folder = Path.of("/");

    private Outside outside = unset();
    private Engine engine = unset();

    @SuppressWarnings("NullAway")
    private static <T> T unset() {
        return null;
    }

    @BeforeEach
    void start() {
        outside = new Outside(folder);
        engine = Engine.start(folder);
    }

    @AfterEach
    void leaveNothing() {
        for (String id : new String[] {"a1", "b1", "c1"}) {
            engine.leave(id);
        }
        engine.close();
        outside.close();
        try {
            Host.assertClean(folder);
        } finally {
            Host.reset();
        }
    }

    private static SelectableChannel serve(Sandbox sandbox, int port) {
        return Engine.inside(sandbox).serveTcp("0.0.0.0", port);
    }

    @Test
    void join_givesAddressRouteAndHardwareAddress() {
        Sandbox one = engine.join("a1", "default");
        var settings = Objects.requireNonNull(one.endpoints().get("bridge"));
        assertThat(settings.ipAddress()).isEqualTo("172.17.0.2");
        assertThat(settings.ipPrefixLen()).isEqualTo(16);
        assertThat(settings.gateway()).isEqualTo(GATEWAY);
        assertThat(settings.macAddress()).isEqualTo("02:42:ac:11:00:02");
        try (Netlink inside = Netlink.openIn(NetworkNamespaces.real(), one.netnsPath())) {
            Link eth = inside.link("eth0").orElseThrow();
            assertThat(eth.isUp()).isTrue();
            assertThat(eth.mac().orElseThrow()).hasToString(settings.macAddress());
            assertThat(inside.link("lo").orElseThrow().isUp()).isTrue();
            assertThat(inside.addresses()).contains(new LinkAddress(eth.index(), Ip.parse("172.17.0.2"), 16));
            assertThat(inside.routes()).contains(Route.defaultVia(Ip.parse(GATEWAY), eth.index()));
        }
        assertThat(engine.join("a1", "default")).isEqualTo(one);
        assertThat(Engine.await(engine.service.inspect("bridge", false)).containers())
                .hasEntrySatisfying("a1", container -> {
                    assertThat(container.ipv4Address()).isEqualTo("172.17.0.2/16");
                    assertThat(container.name()).isEqualTo("name-a1");
                });
    }

    @Test
    void containers_reachEachOtherTheHostAndTheOutside() throws IOException {
        Sandbox one = engine.join("a1", "bridge");
        Sandbox two = engine.join("b1", "bridge");
        try (var inTwo = serve(two, 80);
                var onHost = Peer.HERE.serveTcp(GATEWAY, 81);
                var away = outside.peer.serveTcp(Outside.ADDRESS, 82)) {
            assertThat(Engine.inside(one).callTcp(Engine.address(two), 80)).isEqualTo(Engine.address(one));
            assertThat(Engine.inside(one).callTcp(GATEWAY, 81)).isEqualTo(Engine.address(one));
            // Under the host's address: the outside knows no way to containers.
            assertThat(Engine.inside(one).callTcp(Outside.ADDRESS, 82)).isEqualTo(Outside.HOST);
            assertThat(inTwo.isOpen() && onHost.isOpen() && away.isOpen()).isTrue();
        }
    }

    @Test
    void publishedPort_answersFromEverywhere() throws IOException {
        Sandbox one = engine.join("a1", "bridge", "8080:80/tcp", "5353:53/udp");
        Sandbox two = engine.join("b1", "bridge");
        assertThat(one.ports().get("80/tcp"))
                .hasToString("[PortBinding[hostIp=0.0.0.0, hostPort=8080], PortBinding[hostIp=::, hostPort=8080]]");
        try (var tcp = serve(one, 80);
                var udp = Engine.inside(one).serveUdp("0.0.0.0", 53)) {
            assertThat(outside.peer.callTcp(Outside.HOST, 8080)).isEqualTo(Outside.ADDRESS);
            assertThat(Peer.HERE.callTcp(Outside.HOST, 8080)).isEqualTo(Outside.HOST);
            assertThat(Peer.HERE.callTcp("127.0.0.1", 8080)).isEqualTo(GATEWAY);
            assertThat(Peer.HERE.callTcp(GATEWAY, 8080)).isEqualTo(GATEWAY);
            assertThat(Engine.inside(two).callTcp(GATEWAY, 8080)).isEqualTo(GATEWAY);
            assertThat(Engine.inside(two).callTcp(Outside.HOST, 8080)).isEqualTo(GATEWAY);
            assertThat(Engine.inside(one).callTcp(GATEWAY, 8080)).isEqualTo(GATEWAY);
            assertThat(outside.peer.callUdp(Outside.HOST, 5353)).isEqualTo(Outside.ADDRESS);
            assertThat(Peer.HERE.callUdp("127.0.0.1", 5353)).isEqualTo(GATEWAY);
            assertThat(tcp.isOpen() && udp.isOpen()).isTrue();
        }
        engine.leave("a1");
        assertThat(Peer.HERE.isShut("127.0.0.1", 8080)).isTrue();
        assertThat(Host.rules()).doesNotContain("8080");
    }

    @Test
    void unpublishedPort_isClosedToTheOutside() throws IOException {
        Sandbox one = engine.join("a1", "bridge", "8080:80/tcp");
        try (var published = serve(one, 80);
                var hidden = serve(one, 81)) {
            assertThat(Peer.HERE.callTcp(Engine.address(one), 81)).isEqualTo(GATEWAY);
            assertThat(outside.peer.isShut(Engine.address(one), 81)).isTrue();
            assertThat(outside.peer.isShut(Engine.address(one), 80)).isTrue();
            assertThat(outside.peer.isShut(Outside.HOST, 81)).isTrue();
            assertThat(published.isOpen() && hidden.isOpen()).isTrue();
        }
    }

    @Test
    void portOnOneAddress_answersThereOnly() throws IOException {
        Sandbox one = engine.join("a1", "bridge", "127.0.0.1:8080:80/tcp");
        Sandbox two = engine.join("b1", "bridge", Outside.HOST + ":8080:80/tcp");
        try (var inOne = serve(one, 80);
                var inTwo = serve(two, 80)) {
            assertThat(Peer.HERE.callTcp("127.0.0.1", 8080)).isEqualTo(GATEWAY);
            assertThat(outside.peer.callTcp(Outside.HOST, 8080)).isEqualTo(Outside.ADDRESS);
            assertThat(Engine.inside(two).isShut(GATEWAY, 8080)).isTrue();
            assertThat(inOne.isOpen() && inTwo.isOpen()).isTrue();
        }
    }

    @Test
    void loopbackOfTheHost_isNotReachedThroughTheBridge() throws IOException {
        Sandbox one = engine.join("a1", "bridge", "127.0.0.1:8080:80/tcp");
        NetworkNamespaces namespaces = NetworkNamespaces.real();
        try (var inOne = serve(one, 80);
                var secret = Peer.HERE.serveTcp("127.0.0.2", 9999);
                Netlink away = Netlink.openIn(namespaces, outside.peer.netns());
                Netlink inside = Netlink.openIn(namespaces, one.netnsPath())) {
            // Both send what they have for 127.0.0.2 and 127.0.0.1 to the host instead of keeping it.
            lead(namespaces, outside.peer.netns(), away, Outside.HOST);
            lead(namespaces, one.netnsPath(), inside, GATEWAY);
            assertThat(outside.peer.isShut("127.0.0.1", 8080)).isTrue();
            assertThat(Engine.inside(one).isShut("127.0.0.2", 9999)).isTrue();
            // The way there is no dead end: without the guard, both get through.
            Host.nft("insert rule inet wharf_wharf0 guard accept");
            assertThat(outside.peer.isShut("127.0.0.1", 8080)).isFalse();
            assertThat(Engine.inside(one).isShut("127.0.0.2", 9999)).isFalse();
            assertThat(inOne.isOpen() && secret.isOpen()).isTrue();
        }
    }

    private static void lead(NetworkNamespaces namespaces, String path, Netlink netlink, String gateway) {
        int eth = netlink.link("eth0").orElseThrow().index();
        namespaces.in(path, () -> {
            io.wharf.linux.SmallFiles.write("/proc/sys/net/ipv4/conf/eth0/route_localnet", "1");
            io.wharf.linux.SmallFiles.write("/proc/sys/net/ipv4/conf/all/route_localnet", "1");
        });
        netlink.deleteAddress(1, Ip.parse("127.0.0.1"), 8);
        netlink.addRoute(new Route(Ip.parse("127.0.0.0"), 8, Ip.parse(gateway), eth, null, 0, Route.MAIN));
    }

    @Test
    void addresses_areNotReusedAtOnce() {
        assertThat(Engine.address(engine.join("a1", "bridge"))).isEqualTo("172.17.0.2");
        engine.leave("a1");
        assertThat(Engine.address(engine.join("b1", "bridge"))).isEqualTo("172.17.0.3");
    }

    @Test
    void containerThatIsBackAtOnce_hasItsAddressAgain_andKeepsIt() throws IOException {
        String address = Engine.address(engine.join("a1", "bridge"));
        for (int i = 0; i < 3; i++) {
            engine.leave("a1");
            Sandbox back = engine.join("a1", "bridge");
            assertThat(Engine.address(back)).isEqualTo(address);
            try (var server = serve(back, 80)) {
                assertThat(Peer.HERE.callTcp(address, 80)).isEqualTo(GATEWAY);
                assertThat(server.isOpen()).isTrue();
            }
        }
        // One that fails after it has taken it.
        engine.leave("a1");
        assertThatThrownBy(() -> engine.join("a1", "bridge", "172.17.0.1:80:80/tcp", "172.17.0.1:80:81/tcp"))
                .hasMessageContaining("already allocated");
        assertThat(Engine.address(engine.join("a1", "bridge"))).isEqualTo(address);
    }

    @Test
    void addressThatWasTakenBack_isNotFree_beforeItsContainerLeavesForGood() {
        Engine.await(engine.service.create(
                Request.named("small").subnet("10.84.0.0/30", null, null, null).build()));
        for (int i = 0; i < 3; i++) {
            engine.join("a1", "small");
            engine.leave("a1");
        }
        Sandbox back = engine.join("a1", "small");
        departuresAreOver();
        assertThatThrownBy(() -> engine.join("b1", "small")).hasMessageContaining("no available IPv4 addresses");
        // The same after a crash between the two.
        engine.leave("a1");
        back = engine.join("a1", "small");
        engine.close();
        engine = Engine.start(folder);
        Engine.await(engine.service.keepSandboxesOf(java.util.Map.of("a1", Engine.kept("name-a1", back))));
        departuresAreOver();
        assertThatThrownBy(() -> engine.join("b1", "small")).hasMessageContaining("no available IPv4 addresses");
        engine.leave("a1");
        departuresAreOver();
        assertThat(engine.join("b1", "small").endpoints().get("small").ipAddress())
                .isEqualTo("10.84.0.2");
        engine.leave("b1");
        Engine.await(engine.service.remove("small"));
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(Host.links()).noneMatch(link -> link.startsWith("br-")));
    }

    private void departuresAreOver() {
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(Engine.await(engine.ledger.ofKind(Membership.DEPARTURE)))
                        .isEmpty());
    }

    @Test
    void namespaceSharedByAnother_losesItsLink() {
        Sandbox one = engine.join("a1", "bridge");
        engine.join("b1", "container:a1");
        // What a process of the other does.
        try (Netlink held = Netlink.openIn(NetworkNamespaces.real(), one.netnsPath())) {
            engine.leave("a1");
            org.awaitility.Awaitility.await()
                    .untilAsserted(() -> assertThat(held.link("eth0")).isEmpty());
        }
    }

    @Test
    void join_isQuick() {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            long before = System.nanoTime();
            engine.join("a1", "bridge", "8080:80/tcp");
            best = Math.min(best, System.nanoTime() - before);
            engine.leave("a1");
        }
        assertThat(best / 1_000_000).isLessThan(20);
    }

    @Test
    void bridgeThatIsNoBridge_isRefused() {
        assertThatThrownBy(() -> Engine.start(folder.resolve("other"), "uplink0", null, true))
                .hasMessage("the link uplink0 exists and is no bridge");
    }
}
