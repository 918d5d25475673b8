package io.wharf.networking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.wharf.base.Event;
import io.wharf.base.KernelObject;
import io.wharf.base.WharfException;
import io.wharf.contracts.Filters;
import io.wharf.contracts.NetworkService.CreateNetwork;
import io.wharf.contracts.NetworkService.IpamConfig;
import io.wharf.contracts.NetworkService.NetworkDetail;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.contracts.NetworkingConfig.EndpointAddresses;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import io.wharf.linux.Link;
import io.wharf.linux.LinkAddress;
import io.wharf.linux.Netlink;
import io.wharf.networking.address.Ip;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks that users make: what they are in the kernel, and that they come back and go. */
class UserNetworksTest {
    @TempDir
    private Path folder = Path.of("/");

    private Engine engine = unset();

    @SuppressWarnings("NullAway")
    private static <T> T unset() {
        return null;
    }

    @BeforeEach
    void start() {
        engine = Engine.start(folder);
    }

    @AfterEach
    void close() {
        engine.close();
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
        CreateNetwork asked = request.build();
        assertThatThrownBy(() -> Engine.await(engine.service.create(asked)))
                .isInstanceOf(WharfException.class)
                .hasMessageContaining(message);
    }

    private void remove(String ref) {
        Engine.await(engine.service.remove(ref));
    }

    /** Links go a moment after their networks. */
    private static void bridgesAre(int count) {
        await().untilAsserted(() -> assertThat(Host.links().stream().filter(name -> name.startsWith("br-")))
                .hasSize(count));
    }

    private static Link link(NetworkDetail network) {
        try (Netlink netlink = Netlink.open()) {
            return netlink.link("br-" + network.id().substring(0, 12)).orElseThrow();
        }
    }

    private static List<String> addresses(int link) {
        try (Netlink netlink = Netlink.open()) {
            return netlink.addresses().stream()
                    .filter(address -> address.link() == link)
                    .map(address -> Ip.text(address.address()) + "/" + address.prefix())
                    .toList();
        }
    }

    @Test
    void create_makesABridge_andRemoveTakesItAway() {
        NetworkDetail network = create(Request.named("front").label("a", "b"));

        assertThat(network.ipam().config()).containsExactly(new IpamConfig("172.18.0.0/24", null, "172.18.0.1", null));
        assertThat(network.enableIpv4()).isTrue();
        assertThat(network.enableIpv6()).isFalse();
        assertThat(link(network).isUp()).isTrue();
        assertThat(addresses(link(network).index())).containsExactly("172.18.0.1/24");
        assertThat(Host.rules()).contains("br-" + network.id().substring(0, 12));
        assertThat(engine.events).extracting(Event::action).endsWith("create");
        assertThat(engine.events.getLast().attributes()).isEqualTo(Map.of("name", "front", "type", "bridge"));

        Sandbox inside = engine.join("a1", "front");
        assertThat(inside.endpoints().get("front").ipAddress()).isEqualTo("172.18.0.2");
        assertThatThrownBy(() -> remove("front")).hasMessageContaining("has active endpoints (name:\"name-a1\" id:\"");
        engine.leave("a1");
        remove("front");

        bridgesAre(0);
        assertThat(Host.rules()).doesNotContain("br-");
        assertThat(engine.events).extracting(Event::action).endsWith("destroy");
        await().untilAsserted(() -> assertThat(Engine.await(engine.ledger.ofKind("bridge")))
                .extracting(KernelObject::key)
                .containsExactly("wharf0"));
        assertThatThrownBy(() -> remove("front")).hasMessage("network front not found");
    }

    @Test
    void create_withIpv6_choosesASubnetOfItsOwn() {
        NetworkDetail both = create(Request.named("both").ipv6());
        NetworkDetail second = create(Request.named("second").ipv4(false).ipv6());

        assertThat(both.ipam().config()).hasSize(2);
        String subnet = both.ipam().config().get(1).subnet();
        assertThat(subnet).startsWith("fd").endsWith("::/64");
        assertThat(both.ipam().config().get(1).gateway()).isEqualTo(subnet.replace("/64", "1"));
        assertThat(addresses(link(both).index()))
                .contains("172.18.0.1/24", subnet.replace("/64", "1/64"), "fe80::1/64");
        assertThat(second.ipam().config()).hasSize(1);
        assertThat(second.ipam().config().getFirst().subnet()).startsWith("fd").isNotEqualTo(subnet);
        remove("both");
        remove("second");
    }

    @Test
    void create_takesWhatItIsTold() {
        NetworkDetail named = create(Request.named("named")
                .subnet("10.30.0.0/16", "10.30.4.0/24", "10.30.255.254", Map.of("router", "10.30.4.1"))
                .subnet("2001:db8:7::/64", null, null, null)
                .ipv6()
                .option("com.docker.network.bridge.name", "mine0")
                .option("com.docker.network.driver.mtu", "1400"));
        try (Netlink netlink = Netlink.open()) {
            Link link = netlink.link("mine0").orElseThrow();
            assertThat(link.mtu()).isEqualTo(1400);
            assertThat(addresses(link.index()))
                    .contains("10.30.255.254/16", "2001:db8:7::1/64")
                    .hasSizeLessThanOrEqualTo(4);
        }
        assertThat(named.options()).containsEntry("com.docker.network.driver.mtu", "1400");
        assertThat(engine.join("a1", "named").endpoints().get("named").ipAddress())
                .isEqualTo("10.30.4.0");
        assertThat(engine.join("b1", "named").endpoints().get("named").ipAddress())
                .isEqualTo("10.30.4.2");
        engine.leave("a1");
        engine.leave("b1");

        create(Request.named("routed").subnet("10.31.0.0/24", null, null, Map.of("DefaultGatewayIPv4", "10.31.0.77")));
        assertThat(engine.join("c1", "routed").endpoints().get("routed").gateway())
                .isEqualTo("10.31.0.77");
        engine.leave("c1");
        remove("routed");

        NetworkDetail sized = create(Request.named("sized").subnet("0.0.0.0/22", null, null, null));
        assertThat(sized.ipam().config().getFirst().subnet()).isEqualTo("172.18.0.0/22");
        NetworkDetail closed = create(
                Request.named("closed").internal().option("com.docker.network.bridge.gateway_mode_ipv4", "isolated"));
        assertThat(closed.ipam().config().getFirst().gateway()).isNull();
        assertThat(addresses(link(closed).index())).isEmpty();
        NetworkDetail inhibited =
                create(Request.named("inhibited").option("com.docker.network.bridge.inhibit_ipv4", "true"));
        assertThat(inhibited.ipam().config().getFirst().gateway()).isEqualTo("172.18.5.1");
        assertThat(addresses(link(inhibited).index())).isEmpty();
        List.of("named", "sized", "closed", "inhibited").forEach(this::remove);
    }

    @Test
    void create_refusesWhatCannotBe_inDockersWords() {
        refused(Request.named(" "), "invalid name: name is empty");
        refused(Request.named("host"), "operation is not permitted on predefined host network");
        refused(Request.named("n").driver("overlay"), "This node is not a swarm manager");
        refused(Request.named("n").driver("absent"), "plugin \"absent\" not found");
        refused(Request.named("n").driver("host"), "only one instance of \"host\" network is allowed");
        refused(Request.named("n").scope("swarm"), "cannot create a swarm scoped network when swarm is not active");
        refused(Request.named("n").ipv4(false), "IPv4 or IPv6 must be enabled");
        refused(
                Request.named("n").subnet("10.1.2.3/16", "10.2.0.0/24", "10.3.0.1", null),
                "invalid network config:\n* invalid subnet 10.1.2.3/16: it should be 10.1.0.0/16\n* invalid ip-range"
                        + " 10.2.0.0/24: parent subnet 10.1.0.0/16 doesn't contain ip-range\n* invalid gateway 10.3.0.1:"
                        + " parent subnet 10.1.0.0/16 doesn't contain this address");
        refused(
                Request.named("n").option(BridgeOptions.TRUSTED, "eth0:x\" } accept; flush ruleset; #"),
                "invalid trusted interface name \"x\" } accept; flush ruleset; #\"");
        refused(
                Request.named("n").option(BridgeOptions.HOST_IPV4, "fd00::1"),
                "failed to parse com.docker.network.host_ipv4 value: fd00::1 (no address of IPv4)");
        refused(
                Request.named("n").subnet("nonsense", null, null, null),
                "invalid network config:\ninvalid subnet nonsense: invalid CIDR block notation");
        refused(
                Request.named("n").subnet("10.1.0.0/16", null, null, null).subnet("10.2.0.0/16", null, null, null),
                "bridge driver doesn't support multiple subnets");
        refused(
                Request.named("n").option("com.docker.network.driver.mtu", "x"),
                "failed to parse com.docker.network.driver.mtu value: x (strconv.Atoi: parsing \"x\": invalid syntax)");
        refused(
                Request.named("n").option("com.docker.network.bridge.gateway_mode_ipv4", "isolated"),
                "gateway mode 'isolated' can only be used for an internal network");
        refused(
                Request.named("n").option("com.docker.network.bridge.name", "far-too-long-a-name"),
                "invalid bridge name");
        for (String name : new String[] {"br%d", "br*", "br\\"}) {
            refused(Request.named("n").option("com.docker.network.bridge.name", name), "invalid bridge name");
            refused(
                    Request.named("n").option("com.docker.network.container_iface_prefix", name),
                    "invalid interface prefix");
        }
        refused(
                Request.named("n").option("com.docker.network.bridge.name", "wharf0"),
                "networks have same bridge name");
        refused(
                Request.named("n").subnet("172.17.4.0/24", null, null, null),
                "Pool overlaps with other one on this address space: 172.17.4.0/24 is taken by network bridge");
        create(Request.named("taken"));
        refused(Request.named("taken"), "network with name taken already exists");
        remove("taken");
    }

    @Test
    void create_keepsAwayFromTheHostsRoutes_andNamesThem() {
        try (Netlink netlink = Netlink.open()) {
            int other = netlink.createBridge("lan0", null, 0);
            netlink.addAddress(other, Ip.parse("172.18.9.1"), 22);
            netlink.addAddress(other, Ip.parse("10.9.1.1"), 16);
            netlink.up(other);

            assertThat(create(Request.named("auto")).ipam().config().getFirst().subnet())
                    .isEqualTo("172.18.0.0/24");
            assertThat(create(Request.named("around").subnet("0.0.0.0/21", null, null, null))
                            .ipam()
                            .config()
                            .getFirst()
                            .subnet())
                    .isEqualTo("172.18.16.0/21");
            refused(
                    Request.named("n").subnet("10.9.0.0/16", null, null, null),
                    "10.9.0.0/16 is taken by the host's route to 10.9.0.0/16");
            refused(
                    Request.named("n").subnet("10.9.3.0/24", null, null, null),
                    "10.9.3.0/24 is taken by the host's route to 10.9.0.0/16");
            remove("auto");
            remove("around");
            netlink.delete(other);
        }
    }

    @Test
    void bridgeOfSomebodyElse_isUsed_andStays() {
        try (Netlink netlink = Netlink.open()) {
            int theirs = netlink.createBridge("lan0", null, 0);
            netlink.addAddress(theirs, Ip.parse("10.9.1.7"), 16);
            netlink.up(theirs);
            create(Request.named("lan")
                    .subnet("10.9.0.0/16", null, null, null)
                    .option("com.docker.network.bridge.name", "lan0"));
            assertThat(addresses(theirs)).contains("10.9.1.7/16", "10.9.0.1/16");
            remove("lan");
            assertThat(netlink.link("lan0")).isPresent();
            netlink.delete(theirs);
        }
    }

    @Test
    void bridgeLeftBehind_isTheNextNetworks_andGoesWithIt() {
        try (Netlink netlink = Netlink.open()) {
            Engine.await(engine.ledger.record(new KernelObject(StartNetworks.KIND_LINK, "left0", "gone", "")));
            netlink.createBridge("left0", null, 0);
            create(Request.named("n").option("com.docker.network.bridge.name", "left0"));
            remove("n");
            await().untilAsserted(() -> assertThat(Host.links()).doesNotContain("left0"));
        }
    }

    @Test
    void removalDuringAPrune_findsNothing() {
        create(Request.named("idle"));
        Future<List<String>> pruned = engine.service.prune(Filters.NONE);
        Future<Void> removed = engine.service.remove("idle");
        assertThat(Engine.await(pruned)).containsExactly("idle");
        assertThatThrownBy(() -> Engine.await(removed)).hasMessage("network idle not found");
        assertThat(engine.events.stream().map(Event::action).filter("destroy"::equals))
                .hasSize(1);
        bridgesAre(0);
    }

    @Test
    void endpointsAddresses_areOfTheirFamilies() {
        create(Request.named("both").ipv6().subnet("fd00:5::/64", null, null, null));
        for (List<String> wrong : List.of(
                List.of("fd00:5::5", "", "IPv4"), List.of("", "172.18.0.5", "IPv6"), List.of("x", "", "IPv4"))) {
            EndpointAddresses at = new EndpointAddresses(wrong.get(0), wrong.get(1), List.of());
            assertThatThrownBy(() -> connectable(at))
                    .hasMessage("invalid config for network both: invalid endpoint settings:\ninvalid " + wrong.get(2)
                            + " address: " + wrong.get(0) + wrong.get(1));
        }
        assertThatThrownBy(() -> connectable(new EndpointAddresses("", "", List.of("169.254.1"))))
                .hasMessageEndingWith("invalid link-local IP address: 169.254.1");
        connectable(new EndpointAddresses("", "fd00:5::5", List.of("169.254.1.1")));
        remove("both");
        bridgesAre(0);
    }

    private void connectable(EndpointAddresses at) {
        EndpointConfig asked = new EndpointConfig(at, List.of(), List.of(), "", Map.of(), 0);
        Engine.await(engine.service.checkConnect(Engine.request("a1", "bridge"), "both", asked));
    }

    @Test
    void configOnly_isWhatOthersAreMadeFrom() {
        create(Request.named("base")
                .configOnly()
                .subnet("10.40.0.0/24", null, null, null)
                .option("com.docker.network.driver.mtu", "1300")
                .label("of", "base"));
        refused(Request.named("n").from("absent"), "configuration network \"absent\" does not exist");
        refused(Request.named("n").from("base").label("x", "y"), "user-specified configurations are not supported");
        refused(Request.named("n").from("base").option("x", "y"), "network driver options are not supported");
        refused(Request.named("n").configOnly().internal(), "configuration network can only contain network specific");
        NetworkDetail made = create(Request.named("made").from("base"));
        assertThat(made.ipam().config().getFirst().gateway()).isEqualTo("10.40.0.1");
        assertThat(made.configFrom().network()).isEqualTo("base");
        assertThat(made.labels()).containsEntry("of", "base");
        assertThat(link(made).mtu()).isEqualTo(1300);
        assertThatThrownBy(() -> remove("base")).hasMessage("configuration network \"base\" is in use");
        remove("made");
        remove("base");
    }

    @Test
    void prune_takesWhatIsIdleAndFits() {
        IntStream.range(0, 20).forEach(i -> create(Request.named("idle" + i).label("n", String.valueOf(i % 2))));
        create(Request.named("used"));
        engine.join("a1", "used");

        assertThat(Engine.await(engine.service.prune(new Filters(Map.of("label", List.of("n=1"))))))
                .hasSize(10)
                .contains("idle1");
        assertThat(Engine.await(engine.service.prune(new Filters(Map.of("until", List.of("1h"))))))
                .isEmpty();
        assertThat(Engine.await(engine.service.list(new Filters(Map.of("dangling", List.of("true"))))))
                .hasSize(10);
        assertThat(Engine.await(engine.service.prune(Filters.NONE))).hasSize(10).contains("idle0");
        bridgesAre(1);
        assertThat(engine.events).extracting(Event::action).endsWith("destroy", "prune");
        engine.leave("a1");
        remove("used");
    }

    @Test
    void start_findsNetworksAgain_andClearsHalfMadeOnes() {
        NetworkDetail used = create(Request.named("used").ipv6());
        NetworkDetail idle = create(Request.named("idle"));
        Sandbox inside = engine.join("a1", "used");
        int index = link(used).index();
        // A bridge that was made, and whose network never came to be.
        try (Netlink netlink = Netlink.open()) {
            netlink.createBridge("br-orphan", null, 0);
            Engine.await(engine.ledger.record(new KernelObject("bridge", "br-orphan", "nobody", "")));
            engine.close();
            LinkAddress stray = new LinkAddress(index, Ip.parse("10.99.0.1"), 24);
            netlink.addAddress(index, stray.address(), stray.prefix());
            netlink.delete(netlink.link("br-" + idle.id().substring(0, 12))
                    .orElseThrow()
                    .index());
        }

        engine = Engine.start(folder);
        Engine.await(engine.service.keepSandboxesOf(Map.of("a1", Engine.kept("name-a1", inside))));
        assertThat(link(used).index()).isEqualTo(index);
        assertThat(addresses(index)).contains("172.18.0.1/24", "fe80::1/64").doesNotContain("10.99.0.1/24");
        assertThat(addresses(link(idle).index())).containsExactly("172.18.1.1/24");
        await().untilAsserted(() -> assertThat(Host.links()).doesNotContain("br-orphan"));
        assertThat(Host.rules()).contains(used.id().substring(0, 12), idle.id().substring(0, 12));
        assertThat(engine.join("a1", "used")).isEqualTo(inside);
        assertThat(engine.join("b1", "used").endpoints().get("used").ipAddress())
                .isNotEqualTo(inside.endpoints().get("used").ipAddress());
        assertThat(create(Request.named("third")).ipam().config().getFirst().subnet())
                .isEqualTo("172.18.2.0/24");
        List.of("a1", "b1").forEach(engine::leave);
        List.of("used", "idle", "third").forEach(this::remove);
    }
}
