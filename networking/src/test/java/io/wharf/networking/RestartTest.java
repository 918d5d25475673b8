package io.wharf.networking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wharf.base.Json;
import io.wharf.base.KernelObject;
import io.wharf.contracts.Filters;
import io.wharf.contracts.NetworkService.NetworkDetail;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import io.wharf.linux.Fd;
import io.wharf.linux.Netlink;
import io.wharf.linux.NetworkNamespaces;
import io.wharf.linux.SmallFiles;
import io.wharf.linux.Veth;
import io.wharf.networking.address.Ip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The engine goes and comes back; what it made stands meanwhile, or is taken away. */
class RestartTest extends HostTest {
    @Override
    void atTheEnd() {
        Host.assertClean(folder);
    }

    @Test
    void running_isAdoptedAndAnswersAllTheWhile() throws IOException {
        Engine first = Engine.start(folder);
        Sandbox one = first.join("a1", "bridge", "8080:80/tcp");
        Sandbox gone = first.join("b1", "bridge", "8081:80/tcp");
        Sandbox host = first.join("c1", "host");
        NetworkDetail before = Engine.await(first.service.inspect("bridge", false));
        first.close();
        try (var server = Engine.inside(one).serveTcp("0.0.0.0", 80)) {
            assertThat(outside.peer.callTcp(Outside.HOST, 8080)).isEqualTo(Outside.ADDRESS);
            try (Engine second = Engine.start(folder)) {
                assertThat(Engine.await(second.service.inspect("bridge", false)))
                        .isEqualTo(before);
                // A name that changed while the networks were not told.
                Engine.await(second.service.keepSandboxesOf(
                        Map.of("a1", Engine.kept("first", one), "c1", Engine.kept("c1", host))));
                assertThat(shownNames(second)).containsExactly("first");
                Engine.await(second.service.rename("a1", "second"));
                assertThat(shownNames(second)).containsExactly("second");
                assertThat(second.join("a1", "bridge")).isEqualTo(one);
                assertThat(second.join("c1", "host")).isEqualTo(host);
                assertThat(outside.peer.callTcp(Outside.HOST, 8080)).isEqualTo(Outside.ADDRESS);
                assertThatThrownBy(() -> Peer.HERE.serveTcp("0.0.0.0", 8080)).hasMessageContaining("in use");
                assertThat(NetworkNamespaces.real().exists(gone.netnsPath())).isFalse();
                assertThat(Host.rules()).contains("8080").doesNotContain("8081");
                assertThat(Engine.address(second.join("d1", "bridge", "8081:80/tcp")))
                        .isNotEqualTo(Engine.address(one));
                List.of("a1", "c1", "d1").forEach(second::leave);
            }
            assertThat(server.isOpen()).isTrue();
        }
    }

    @Test
    void running_talkToEachOther_asTheNextEngineIsTold() throws IOException {
        Sandbox one;
        Sandbox two;
        try (Engine first = Engine.startWithIcc(folder, true)) {
            one = first.join("a1", "bridge");
            two = first.join("b1", "bridge");
        }
        try (var server = Engine.inside(one).serveTcp("0.0.0.0", 80)) {
            assertThat(Engine.inside(two).callTcp(Engine.address(one), 80)).isEqualTo(Engine.address(two));
            try (Engine second = Engine.startWithIcc(folder, false)) {
                keep(second, one, two);
                assertThat(Engine.inside(two).isShut(Engine.address(one), 80)).isTrue();
            }
            try (Engine third = Engine.startWithIcc(folder, true)) {
                keep(third, one, two);
                assertThat(Engine.inside(two).callTcp(Engine.address(one), 80)).isEqualTo(Engine.address(two));
                List.of("a1", "b1").forEach(third::leave);
            }
            assertThat(server.isOpen()).isTrue();
        }
    }

    private static void keep(Engine engine, Sandbox one, Sandbox two) {
        Engine.await(engine.service.keepSandboxesOf(Map.of("a1", Engine.kept("a", one), "b1", Engine.kept("b", two))));
    }

    private static List<String> shownNames(Engine engine) {
        return Engine.await(engine.service.inspect("bridge", false)).containers().values().stream()
                .map(shown -> shown.name())
                .toList();
    }

    @Test
    void bridgeOfALivingEngine_isRefusedToAnother() {
        Path other = folder.resolve("other");
        try (Engine first = Engine.start(folder)) {
            first.join("a1", "bridge", "8080:80/tcp");
            assertThatThrownBy(() -> Engine.start(other)).hasMessageContaining("another engine uses the bridge wharf0");
            assertThat(Host.rules()).contains("8080");
            first.leave("a1");
        }
        Engine.start(other).close();
    }

    @Test
    void thousandPorts_goInOneTransaction() throws IOException {
        String[] ports = IntStream.range(0, 1000)
                .mapToObj(i -> (20_000 + i) + ":" + (1 + i) + "/" + (i % 2 == 0 ? "tcp" : "udp"))
                .toArray(String[]::new);
        Engine first = Engine.start(folder);
        Sandbox one = first.join("a1", "bridge", ports);
        first.close();
        try (Engine second = Engine.start(folder);
                var server = Engine.inside(one).serveTcp("0.0.0.0", 501)) {
            Engine.await(second.service.keepSandboxesOf(Map.of("a1", Engine.kept("a1", one))));
            assertThat(outside.peer.callTcp(Outside.HOST, 20_500)).isEqualTo(Outside.ADDRESS);
            second.leave("a1");
            assertThat(Host.rules()).doesNotContain("20500");
            assertThat(server.isOpen()).isTrue();
        }
    }

    @Test
    void networks_keepTheirIds() {
        List<NetworkDetail> before;
        try (Engine engine = Engine.start(folder)) {
            before = Engine.await(engine.service.list(Filters.NONE));
        }
        try (Engine engine = Engine.start(folder)) {
            assertThat(Engine.await(engine.service.list(Filters.NONE))).containsExactlyInAnyOrderElementsOf(before);
        }
    }

    @Test
    void halfMade_isTakenAway() {
        Engine first = Engine.start(folder);
        String netns = first.layout.netns("x1").toString();
        Endpoint endpoint = new Endpoint(
                "e1",
                Engine.await(first.service.inspect("bridge", false)).id(),
                "bridge",
                "bridge",
                "172.17.0.7/16",
                "",
                "172.17.0.1",
                "",
                "02:42:ac:11:00:07",
                "vethhalf",
                "eth0",
                EndpointConfig.NOTHING_ASKED,
                false);
        Membership half = new Membership("x1", "half", "", "s1", netns, "", List.of(endpoint), List.of(), List.of());
        Engine.await(first.ledger.record(new KernelObject(Membership.KIND, half.key(), "x1", Json.write(half))));
        NetworkNamespaces.real().create(netns);
        try (Netlink netlink = Netlink.open();
                Fd inside = NetworkNamespaces.real().open(netns)) {
            netlink.createVeth(new Veth("vethhalf", null, 0, 0, "eth0", null, inside));
        }
        // Recorded, and not even begun.
        Membership early = new Membership("y1", "early", "", "s2", netns + "y", "", List.of(), List.of(), List.of());
        Engine.await(first.ledger.record(new KernelObject(Membership.KIND, early.key(), "y1", Json.write(early))));
        first.close();
        try (Engine second = Engine.start(folder)) {
            Engine.await(second.service.keepSandboxesOf(Map.of()));
        }
        try (Engine third = Engine.start(folder)) {
            assertThat(Engine.await(third.ledger.ofKind(Membership.KIND))).isEmpty();
        }
    }

    /** Here, one whose namespace is none. */
    @Test
    void linkThatCannotBeDeleted_keepsNobodyElse() throws IOException {
        Path none = Files.createFile(folder.resolve("none"));
        try (Engine engine = Engine.start(folder)) {
            Membership stuck = departing("0", none.toString(), "");
            Membership other = departing("1", "", "vethother");
            Engine.await(engine.ledger.record(List.of(stuck.record(), other.record())));
            try (Netlink netlink = Netlink.open()) {
                netlink.createBridge("vethother", null, 0);
            }
        }
        try (Engine engine = Engine.start(folder)) {
            await().untilAsserted(() -> assertThat(Engine.await(engine.ledger.ofKind(Membership.DEPARTURE)))
                    .extracting(KernelObject::key)
                    .containsExactly("0"));
            assertThat(Host.links()).containsExactly("wharf0");
            Sandbox one = engine.join("a1", "bridge");
            engine.leave("a1");
            await().untilAsserted(() -> assertThat(Engine.await(engine.ledger.ofKind(Membership.DEPARTURE)))
                    .hasSize(1));
            assertThat(one.endpoints()).isNotEmpty();
        }
    }

    private static Membership departing(String key, String netns, String veth) {
        Endpoint endpoint = new Endpoint(
                "e" + key, "n1", "n", "bridge", "", "", "", "", "", veth, "eth0", EndpointConfig.NOTHING_ASKED, true);
        return new Membership("x" + key, "x", "", key, netns, "", List.of(endpoint), List.of(), List.of());
    }

    @Test
    void chosenSubnet_staysUntilItIsInTheWay() {
        try (Netlink netlink = Netlink.open()) {
            int other = netlink.createBridge("other0", null, 0);
            netlink.addAddress(other, Ip.parse("172.17.9.1"), 24);
            netlink.up(other);
            try (Engine engine = Engine.start(folder)) {
                assertThat(Engine.await(engine.service.facts()).gatewayAddress())
                        .isEqualTo("172.18.0.1");
            }
            netlink.delete(other);
            try (Engine engine = Engine.start(folder)) {
                assertThat(Engine.await(engine.service.facts()).gatewayAddress())
                        .isEqualTo("172.18.0.1");
            }
            other = netlink.createBridge("other0", null, 0);
            netlink.addAddress(other, Ip.parse("172.18.9.1"), 24);
            netlink.up(other);
            try (Engine engine = Engine.start(folder)) {
                assertThat(Engine.await(engine.service.facts()).gatewayAddress())
                        .isEqualTo("172.17.0.1");
            }
            netlink.delete(other);
        }
    }

    @Test
    void bip_isTheBridgesAddress() {
        try (Engine engine = Engine.start(folder, "wharf0", "10.99.0.5/24", true)) {
            Sandbox one = engine.join("a1", "bridge");
            assertThat(Engine.await(engine.service.facts()).gatewayAddress()).isEqualTo("10.99.0.5");
            assertThat(Engine.address(one)).isEqualTo("10.99.0.1");
            engine.leave("a1");
        }
    }

    @Test
    void foreignBridge_isUsedAndLeftThere() {
        try (Netlink netlink = Netlink.open()) {
            int bridge = netlink.createBridge("mine0", null, 0);
            netlink.addAddress(bridge, Ip.parse("10.98.0.1"), 24);
            try (Engine engine = Engine.start(folder, "mine0", null, true)) {
                assertThat(Engine.address(engine.join("a1", "bridge"))).isEqualTo("10.98.0.2");
                engine.leave("a1");
            }
            assertThat(Host.links()).containsExactly("mine0");
            netlink.delete(bridge);
        }
    }

    @Test
    void foreignBridge_keepsItsAddresses_besideTheOneAskedFor() {
        try (Netlink netlink = Netlink.open()) {
            int bridge = netlink.createBridge("mine0", null, 0);
            netlink.addAddress(bridge, Ip.parse("10.98.0.1"), 24);
            netlink.addAddress(bridge, Ip.parse("10.98.1.1"), 24);
            for (String bip : new String[] {null, "10.97.0.1/24", "10.97.0.1/24"}) {
                try (Engine engine = Engine.start(folder, "mine0", bip, true)) {
                    assertThat(Engine.address(engine.join("a1", "bridge")))
                            .startsWith(bip == null ? "10.98.0." : "10.97.0.");
                    assertThat(netlink.addresses().stream()
                                    .filter(address -> address.link() == bridge)
                                    .map(address -> Ip.text(address.address())))
                            .contains("10.98.0.1", "10.98.1.1");
                    engine.leave("a1");
                }
            }
            netlink.delete(bridge);
        }
    }

    /** Without rules, nothing else keeps containers from what the host has for itself. */
    @Test
    void withoutRules_nothingIsRoutedToLocalhost() {
        try (Engine engine = Engine.start(folder)) {
            engine.join("a1", "bridge");
            assertThat(routesLoopback()).isEqualTo("1");
        }
        // With a container in it, the bridge stays.
        try (Engine engine = Engine.start(folder, "wharf0", null, false)) {
            assertThat(routesLoopback()).isEqualTo("0");
            engine.leave("a1");
        }
        Host.nft("flush ruleset");
    }

    private static String routesLoopback() {
        return SmallFiles.read("/proc/sys/net/ipv4/conf/wharf0/route_localnet").strip();
    }

    @Test
    void twoEngines_liveSideBySide() throws IOException {
        try (Engine first = Engine.start(folder);
                Engine second = Engine.start(folder.resolve("second"), "wharf1", null, true)) {
            Sandbox one = first.join("a1", "bridge", "8080:80/tcp");
            Sandbox two = second.join("a1", "bridge", "8081:80/tcp");
            assertThat(Engine.address(two)).isEqualTo("172.18.0.2");
            assertThatThrownBy(() -> second.join("b1", "bridge", "8080:80/tcp"))
                    .hasMessageContaining("address already in use");
            try (var inOne = Engine.inside(one).serveTcp("0.0.0.0", 80);
                    var inTwo = Engine.inside(two).serveTcp("0.0.0.0", 80);
                    var hidden = Engine.inside(two).serveTcp("0.0.0.0", 81)) {
                assertThat(outside.peer.callTcp(Outside.HOST, 8080)).isEqualTo(Outside.ADDRESS);
                assertThat(outside.peer.callTcp(Outside.HOST, 8081)).isEqualTo(Outside.ADDRESS);
                assertThat(Engine.inside(one).callTcp(Outside.HOST, 8081)).isNotEmpty();
                assertThat(Engine.inside(one).isShut(Engine.address(two), 81)).isTrue();
                assertThat(inOne.isOpen() && inTwo.isOpen() && hidden.isOpen()).isTrue();
            }
            first.leave("a1");
            second.leave("a1");
        }
        Host.assertClean(folder.resolve("second"));
    }

    @Test
    void noBridge_leavesContainersAlone() {
        try (Engine engine = Engine.start(folder, "none", null, true)) {
            assertThat(engine.join("a1", "default").endpoints()).containsOnlyKeys("none");
            assertThat(Engine.await(engine.service.list(Filters.NONE)))
                    .extracting(NetworkDetail::name)
                    .doesNotContain("bridge");
            engine.leave("a1");
        }
    }
}
