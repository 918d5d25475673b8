package io.wharf.networking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wharf.contracts.NetworkService.Sandbox;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who reaches whom: between bridges, from this host and from another one, in IPv4 and IPv6. */
class FirewallTest {
    private static final String BRIDGE = "com.docker.network.bridge.";

    @TempDir
    private Path folder = Path.of("/");

    private final List<SelectableChannel> servers = new ArrayList<>();
    private final List<String> members = new ArrayList<>();
    private final List<String> networks = new ArrayList<>();
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
    void leaveNothing() throws IOException {
        for (SelectableChannel server : servers) {
            server.close();
        }
        try {
            members.forEach(engine::leave);
            networks.forEach(network -> Engine.await(engine.service.remove(network)));
            engine.close();
            outside.close();
            Host.assertClean(folder);
        } finally {
            Host.reset();
        }
    }

    private void network(Request request, String name) {
        Engine.await(engine.service.create(request.build()));
        networks.add(name);
    }

    private Sandbox join(String id, String network, String... ports) {
        members.add(id);
        return engine.join(id, network, ports);
    }

    private void serve(Sandbox sandbox, int port) {
        servers.add(Engine.inside(sandbox).serveTcp("::", port));
    }

    private static String v4(Sandbox sandbox, String network) {
        return Objects.requireNonNull(sandbox.endpoints().get(network)).ipAddress();
    }

    private static String v6(Sandbox sandbox, String network) {
        return Objects.requireNonNull(sandbox.endpoints().get(network)).globalIpv6Address();
    }

    private static String gateway6(Sandbox sandbox, String network) {
        return Objects.requireNonNull(sandbox.endpoints().get(network)).ipv6Gateway();
    }

    @Test
    void publishedPort_answersInIpv6FromEverywhere() {
        network(Request.named("six").ipv6(), "six");
        Sandbox one = join("a1", "six", "8080:80/tcp", "5353:53/udp");
        Sandbox two = join("b1", "six");
        serve(one, 80);
        servers.add(Engine.inside(one).serveUdp("::", 53));
        String gateway = gateway6(one, "six");
        assertThat(outside.peer.callTcp(Outside.HOST6, 8080)).isEqualTo(Outside.ADDRESS6);
        assertThat(outside.peer.callTcp(Outside.HOST, 8080)).isEqualTo(Outside.ADDRESS);
        assertThat(outside.peer.callUdp(Outside.HOST6, 5353)).isEqualTo(Outside.ADDRESS6);
        assertThat(Peer.HERE.callTcp(Outside.HOST6, 8080)).isEqualTo(Outside.HOST6);
        assertThat(Peer.HERE.callTcp("::1", 8080)).isEqualTo(gateway);
        assertThat(Peer.HERE.callUdp("::1", 5353)).isEqualTo(gateway);
        assertThat(Engine.inside(two).callTcp(Outside.HOST6, 8080)).isEqualTo(gateway);
        assertThat(Engine.inside(one).callTcp(Outside.HOST6, 8080)).isEqualTo(gateway);
        assertThat(outside.peer.isShut(v6(one, "six"), 80)).isTrue();
        servers.add(outside.peer.serveTcp(Outside.ADDRESS6, 82));
        assertThat(Engine.inside(two).callTcp(Outside.ADDRESS6, 82)).isEqualTo(Outside.HOST6);
    }

    @Test
    void ipv6Caller_reachesAContainerOfIpv4() {
        Sandbox one = join("a1", "bridge", "8080:80/tcp", "5353:53/udp", "[::1]:8081:80/tcp");
        serve(one, 80);
        servers.add(Engine.inside(one).serveUdp("0.0.0.0", 53));
        assertThat(outside.peer.callTcp(Outside.HOST6, 8080)).isEqualTo("172.17.0.1");
        assertThat(outside.peer.callUdp(Outside.HOST6, 5353)).isEqualTo("172.17.0.1");
        assertThat(Peer.HERE.callTcp("::1", 8080)).isEqualTo("172.17.0.1");
        assertThat(Peer.HERE.callTcp("::1", 8081)).isEqualTo("172.17.0.1");
        assertThat(outside.peer.isShut(Outside.HOST6, 8081)).isTrue();
    }

    @Test
    void bridges_areApart_butForPublishedPorts() {
        network(Request.named("front"), "front");
        network(Request.named("back"), "back");
        Sandbox one = join("a1", "front");
        Sandbox two = join("b1", "back", "8080:80/tcp");
        serve(two, 80);
        serve(two, 81);
        assertThat(Engine.inside(one).isShut(v4(two, "back"), 80)).isTrue();
        assertThat(Engine.inside(one).isShut(v4(two, "back"), 81)).isTrue();
        assertThat(Engine.inside(one).callTcp(Outside.HOST, 8080)).isNotEmpty();
        assertThat(Peer.HERE.callTcp(v4(two, "back"), 81)).isNotEmpty();
    }

    @Test
    void internalNetwork_isReachedByTheHostAlone() {
        network(Request.named("inner").internal(), "inner");
        Sandbox one = join("a1", "inner", "8080:80/tcp");
        Sandbox two = join("b1", "inner");
        Sandbox other = join("c1", "bridge", "8081:80/tcp");
        serve(one, 80);
        serve(other, 80);
        servers.add(outside.peer.serveTcp(Outside.ADDRESS, 82));
        assertThat(Engine.inside(two).callTcp(v4(one, "inner"), 80)).isEqualTo(v4(two, "inner"));
        assertThat(Peer.HERE.callTcp(v4(one, "inner"), 80)).isNotEmpty();
        assertThat(outside.peer.isShut(v4(one, "inner"), 80)).isTrue();
        assertThat(outside.peer.isShut(Outside.HOST, 8080)).isTrue();
        assertThat(Engine.inside(one).isShut(Outside.ADDRESS, 82)).isTrue();
        assertThat(Engine.inside(one).isShut(Outside.HOST, 8081)).isTrue();
    }

    @Test
    void withoutIcc_containersReachPublishedPortsOnly() {
        network(Request.named("quiet").ipv6().option(BRIDGE + "enable_icc", "false"), "quiet");
        Sandbox one = join("a1", "quiet", "8080:80/tcp");
        Sandbox two = join("b1", "quiet");
        serve(one, 80);
        servers.add(outside.peer.serveTcp(Outside.ADDRESS, 82));
        assertThat(Engine.inside(two).isShut(v4(one, "quiet"), 80)).isTrue();
        assertThat(Engine.inside(two).isShut(v6(one, "quiet"), 80)).isTrue();
        assertThat(Engine.inside(two).callTcp(Outside.HOST, 8080)).isNotEmpty();
        assertThat(Engine.inside(one).callTcp(Outside.HOST, 8080)).isNotEmpty();
        assertThat(Engine.inside(two).callTcp(Outside.ADDRESS, 82)).isEqualTo(Outside.HOST);
        assertThat(outside.peer.callTcp(Outside.HOST, 8080)).isEqualTo(Outside.ADDRESS);
    }

    @Test
    void routedMode_opensPublishedPortsAtTheContainersOwnAddress() {
        network(
                Request.named("routed")
                        .ipv6()
                        .subnet("10.40.0.0/24", null, null, null)
                        .subnet("2001:db8:40::/64", null, null, null)
                        .option(BRIDGE + "gateway_mode_ipv6", "routed"),
                "routed");
        Sandbox one = join("a1", "routed", "8080:80/tcp");
        serve(one, 80);
        serve(one, 81);
        servers.add(outside.peer.serveTcp(Outside.ADDRESS6, 82));
        assertThat(one.ports().get("80/tcp"))
                .hasToString("[PortBinding[hostIp=0.0.0.0, hostPort=8080], PortBinding[hostIp=::, hostPort=]]");
        assertThat(outside.peer.callTcp(v6(one, "routed"), 80)).isEqualTo(Outside.ADDRESS6);
        assertThat(outside.peer.isShut(v6(one, "routed"), 81)).isTrue();
        assertThat(outside.peer.isShut(Outside.HOST6, 8080)).isTrue();
        assertThat(outside.peer.callTcp(Outside.HOST, 8080)).isEqualTo(Outside.ADDRESS);
        assertThat(outside.peer.isShut(v4(one, "routed"), 80)).isTrue();
        assertThat(Engine.inside(one).callTcp(Outside.ADDRESS6, 82)).isEqualTo(v6(one, "routed"));
    }

    @Test
    void unprotectedAndTrusted_openAsMuchAsTheySay() {
        network(
                Request.named("open")
                        .subnet("10.41.0.0/24", null, null, null)
                        .option(BRIDGE + "gateway_mode_ipv4", "nat-unprotected"),
                "open");
        network(
                Request.named("trusting")
                        .subnet("10.42.0.0/24", null, null, null)
                        .option(BRIDGE + "trusted_host_interfaces", "uplink0"),
                "trusting");
        Sandbox one = join("a1", "open", "8080:80/tcp");
        Sandbox two = join("b1", "trusting", "8081:80/tcp");
        serve(one, 81);
        serve(two, 80);
        serve(two, 81);
        assertThat(outside.peer.callTcp(v4(one, "open"), 81)).isEqualTo(Outside.ADDRESS);
        assertThat(outside.peer.callTcp(v4(two, "trusting"), 80)).isEqualTo(Outside.ADDRESS);
        assertThat(outside.peer.isShut(v4(two, "trusting"), 81)).isTrue();
    }

    @Test
    void masquerade_followsTheNetworksOptions() {
        network(
                Request.named("plain")
                        .subnet("10.43.0.0/24", null, null, null)
                        .option(BRIDGE + "enable_ip_masquerade", "false"),
                "plain");
        network(Request.named("snat").option("com.docker.network.host_ipv4", "198.51.100.77"), "snat");
        Sandbox one = join("a1", "plain");
        Sandbox two = join("b1", "snat");
        servers.add(outside.peer.serveTcp(Outside.ADDRESS, 82));
        // The other host knows the way back to the first; the second's address is this host's.
        Host.addAddress("uplink0", "198.51.100.77", 32);
        assertThat(Engine.inside(one).callTcp(Outside.ADDRESS, 82)).isEqualTo(v4(one, "plain"));
        assertThat(Engine.inside(two).callTcp(Outside.ADDRESS, 82)).isEqualTo("198.51.100.77");
    }

    @Test
    void administratorsChain_decidesFirstAndIsNeverTouched() {
        Sandbox one = join("a1", "bridge", "8080:80/tcp");
        serve(one, 80);
        serve(one, 81);
        Host.nft("add rule inet wharf_wharf0 user ip saddr " + Outside.ADDRESS + " tcp dport 80 counter drop");
        assertThat(outside.peer.isShut(Outside.HOST, 8080)).isTrue();
        assertThat(Peer.HERE.callTcp("127.0.0.1", 8080)).isNotEmpty();
        Host.nft("flush chain inet wharf_wharf0 user");
        Host.nft("add rule inet wharf_wharf0 user ip saddr " + Outside.ADDRESS + " tcp dport 81 accept");
        assertThat(outside.peer.callTcp(Outside.HOST, 8080)).isEqualTo(Outside.ADDRESS);
        assertThat(outside.peer.callTcp(v4(one, "bridge"), 81)).isEqualTo(Outside.ADDRESS);
        // Not by a mend, nor by the next start.
        Host.nft("flush chain inet wharf_wharf0 forward");
        await().untilAsserted(() -> assertThat(Host.rules()).contains("oifname vmap @into"));
        engine.close();
        engine = Engine.start(folder);
        assertThat(Host.rules()).contains("tcp dport 81 accept");
        Host.nft("flush chain inet wharf_wharf0 user");
    }

    @Test
    void whatOthersTakeAway_isBackWithinASecond() {
        network(Request.named("front"), "front");
        Sandbox one = join("a1", "bridge", "8080:80/tcp");
        serve(one, 80);
        for (String damage : List.of(
                "flush ruleset",
                "delete table inet wharf_wharf0",
                "flush table inet wharf_wharf0",
                "flush chain inet wharf_wharf0 publish",
                "flush map inet wharf_wharf0 published4",
                "delete element inet wharf_wharf0 published4 { tcp . 8080 }")) {
            String before = Host.rules();
            Host.nft(damage);
            await().atMost(Duration.ofSeconds(1))
                    .pollInterval(Duration.ofMillis(10))
                    .untilAsserted(() -> assertThat(Host.rules()).as(damage).isEqualTo(before));
            assertThat(outside.peer.callTcp(Outside.HOST, 8080)).isEqualTo(Outside.ADDRESS);
        }
    }

    @Test
    void udpClient_followsThePortFromContainerToContainer() throws IOException {
        Sandbox one = join("a1", "bridge", "5353:53/udp");
        Sandbox two = join("b1", "bridge");
        servers.add(Engine.inside(one).serveUdp("0.0.0.0", 53));
        try (Peer.UdpClient client = outside.peer.udpClient(Outside.HOST, 5353)) {
            assertThat(client.ask()).isEqualTo(Outside.ADDRESS);
            engine.leave("a1");
            engine.leave("b1");
            Sandbox again = join("c1", "bridge", "5353:53/udp");
            assertThat(v4(again, "bridge")).isNotEqualTo(v4(one, "bridge")).isNotEqualTo(v4(two, "bridge"));
            servers.add(Engine.inside(again).serveUdp("0.0.0.0", 53));
            // The same socket, whose flow the kernel knew.
            await().atMost(Duration.ofSeconds(3))
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(client.ask()).isEqualTo(Outside.ADDRESS));
        }
    }
}
