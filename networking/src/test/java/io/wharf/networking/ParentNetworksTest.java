package io.wharf.networking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wharf.base.KernelObject;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerDetail.EndpointSettings;
import io.wharf.contracts.NetworkService.JoinNetworks;
import io.wharf.contracts.NetworkService.NetworkDetail;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.linux.Link;
import io.wharf.linux.Netlink;
import io.wharf.linux.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks at a link of the host: macvlan for real, and what a kernel without ipvlan answers. */
class ParentNetworksTest {
    private static final String SUBNET = Outside.HOST.substring(0, Outside.HOST.lastIndexOf('.')) + ".0/24";

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
    void close() {
        engine.close();
        outside.close();
        try {
            Host.assertClean(folder);
        } finally {
            Host.reset();
        }
    }

    private NetworkDetail create(Request request) {
        String id = Engine.await(engine.service.create(request.build())).id();
        return Engine.await(engine.service.inspect(id, false));
    }

    private void refused(Request request, String message) {
        assertThatThrownBy(() -> Engine.await(engine.service.create(request.build())))
                .isInstanceOf(WharfException.class)
                .hasMessageContaining(message);
    }

    private static Request macvlan(String name) {
        return Request.named(name).driver("macvlan").option("parent", "uplink0");
    }

    private static EndpointSettings endpoint(Sandbox sandbox, String network) {
        return Objects.requireNonNull(sandbox.endpoints().get(network));
    }

    private static Link eth0(Sandbox sandbox) {
        try (Netlink inside = Netlink.openIn(NetworkNamespaces.real(), sandbox.netnsPath())) {
            return inside.link("eth0").orElseThrow();
        }
    }

    @Test
    void macvlan_isANeighbourOfTheHostsNeighbours() throws IOException {
        NetworkDetail network = create(macvlan("lan").subnet(SUBNET, SUBNET.replace("0/24", "64/26"), null, null));
        assertThat(network.ipam().config().getFirst().gateway()).isNull();

        Sandbox one = engine.join("a1", "lan", "8080:80/tcp");
        Sandbox two = engine.join("b1", "lan");
        assertThat(eth0(one).kind()).isEqualTo("macvlan");
        assertThat(eth0(one).mac())
                .hasToString("Optional[" + endpoint(one, "lan").macAddress() + "]");
        assertThat(one.ports().values()).allMatch(List::isEmpty);
        try (var server = outside.peer.serveTcp("0.0.0.0", 80);
                var neighbour = Engine.inside(two).serveTcp("0.0.0.0", 80)) {
            assertThat(server.isOpen() && neighbour.isOpen()).isTrue();
            assertThat(Engine.inside(one).callTcp(Outside.ADDRESS, 80))
                    .isEqualTo(endpoint(one, "lan").ipAddress());
            assertThat(Engine.inside(one).callTcp(endpoint(two, "lan").ipAddress(), 80))
                    .isEqualTo(endpoint(one, "lan").ipAddress());
        }
        engine.leave("a1");
        engine.leave("b1");
        Engine.await(engine.service.remove("lan"));
    }

    @Test
    void fixedHardwareAddress_isThereAgainAtOnce() {
        create(macvlan("lan").subnet(SUBNET, null, null, null));
        for (int i = 0; i < 5; i++) {
            JoinNetworks asked = Engine.request("a1", "lan");
            JoinNetworks withMac = new JoinNetworks(
                    asked.containerId(),
                    asked.name(),
                    asked.mode(),
                    asked.hostname(),
                    "02:42:ac:00:00:99",
                    asked.endpoints(),
                    asked.exposedPorts(),
                    asked.portBindings(),
                    asked.publishAll());
            assertThat(eth0(Engine.await(engine.service.join(withMac))).mac())
                    .hasToString("Optional[02:42:ac:00:00:99]");
            engine.leave("a1");
        }
        Engine.await(engine.service.remove("lan"));
    }

    @Test
    void modes_areChecked_andAParentPassedThroughIsAlone() {
        refused(macvlan("n").option("macvlan_mode", "odd"), "requested macvlan mode 'odd' is not valid");
        refused(macvlan("n").option("parent", "lo"), "loopback interface is not a valid macvlan parent link");
        refused(macvlan("n").option("parent", "absent"), "invalid subinterface vlan name absent");
        refused(macvlan("n").option("parent", "absent.7"), "-o parent interface was not found on the host: absent");
        refused(macvlan("n").option("parent", "uplink0.5000"), "vlan id must be between 1-4094, received: 5000");
        refused(
                Request.named("n").driver("ipvlan").option("ipvlan_mode", "l4"),
                "requested ipvlan mode 'l4' is not valid");
        for (String mode : List.of("private", "vepa", "bridge")) {
            create(macvlan("of-" + mode).option("macvlan_mode", mode));
            engine.join("a1", "of-" + mode);
            engine.leave("a1");
        }
        refused(macvlan("n").option("macvlan_mode", "passthru"), "cannot use mode passthru, macvlan network");
        List.of("private", "vepa", "bridge").forEach(mode -> Engine.await(engine.service.remove("of-" + mode)));
        create(macvlan("alone").option("macvlan_mode", "passthru"));
        refused(macvlan("n"), "is already using parent interface uplink0 in mode passthru");
        engine.join("a1", "alone");
        engine.leave("a1");
        Engine.await(engine.service.remove("alone"));
    }

    @Test
    void vlan_isMadeForTheFirst_andGoesWithTheLast() {
        try {
            create(macvlan("one").option("parent", "uplink0.50"));
        } catch (WharfException e) {
            assertThat(e).hasMessageContaining("this kernel has no links of this kind");
            assertThat(Engine.await(engine.ledger.ofKind("bridge")))
                    .extracting(KernelObject::key)
                    .containsExactly("wharf0");
            return;
        }
        create(macvlan("two").option("parent", "uplink0.50"));
        engine.join("a1", "two");
        engine.leave("a1");
        Engine.await(engine.service.remove("one"));
        assertThat(Host.links()).contains("uplink0.50");
        engine.close();
        engine = Engine.start(folder);
        assertThat(Host.links()).contains("uplink0.50");
        Engine.await(engine.service.remove("two"));
        await().untilAsserted(() -> assertThat(Host.links()).doesNotContain("uplink0.50"));
    }

    @Test
    void withoutParent_theKernelNeedsADummy() {
        try {
            create(Request.named("inward").driver("macvlan"));
        } catch (WharfException e) {
            assertThat(e).hasMessageContaining("failed to create the dummy link dm-");
            assertThat(e).hasMessageContaining("this kernel has no links of this kind");
            return;
        }
        engine.join("a1", "inward");
        engine.leave("a1");
        Engine.await(engine.service.remove("inward"));
    }

    @Test
    void ipvlan_worksOrSaysWhatIsMissing() {
        create(Request.named("ip").driver("ipvlan").option("parent", "uplink0").option("ipvlan_mode", "l3"));
        refused(
                Request.named("n").driver("ipvlan").option("parent", "uplink0"),
                "network ip is already using parent interface uplink0");
        try {
            assertThat(eth0(engine.join("a1", "ip")).kind()).isEqualTo("ipvlan");
            engine.leave("a1");
        } catch (WharfException e) {
            assertThat(e).hasMessageContaining("failed to create the ipvlan link eth0 at uplink0: this kernel has no");
        }
        Engine.await(engine.service.remove("ip"));
    }
}
