package io.wharf.networking;

import static io.wharf.networking.Inside.addresses;
import static io.wharf.networking.Inside.gateways;
import static io.wharf.networking.Inside.links;
import static io.wharf.networking.Inside.setting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wharf.base.ErrorKind;
import io.wharf.base.Json;
import io.wharf.base.KernelObject;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerDetail.EndpointSettings;
import io.wharf.contracts.NetworkService.JoinNetworks;
import io.wharf.contracts.NetworkService.KeptSandbox;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.contracts.NetworkingConfig;
import io.wharf.contracts.NetworkingConfig.EndpointAddresses;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers in several networks: what they have of each, and how that changes while they run. */
class EndpointsTest {
    private static final EndpointConfig NOTHING = EndpointConfig.NOTHING_ASKED;

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
        make(Request.named("one").subnet("10.81.0.0/24", null, null, null));
        make(Request.named("two")
                .ipv6()
                .subnet("10.82.0.0/24", null, null, null)
                .subnet("fd00:82::/64", null, null, null));
        make(Request.named("shut").internal().subnet("10.83.0.0/24", null, null, null));
    }

    private void make(Request request) {
        Engine.await(engine.service.create(request.build()));
    }

    @AfterEach
    void leaveNothing() {
        engine.leave("a1");
        engine.leave("b1");
        List.of("one", "two", "shut").forEach(name -> Engine.await(engine.service.remove(name)));
        engine.close();
        try {
            Host.assertClean(folder);
        } finally {
            Host.reset();
        }
    }

    private static EndpointConfig priority(int priority) {
        return new EndpointConfig(null, List.of(), List.of(), "", Map.of(), priority);
    }

    private static EndpointConfig at(String v4, String v6, String... local) {
        return new EndpointConfig(new EndpointAddresses(v4, v6, List.of(local)), List.of(), List.of(), "", Map.of(), 0);
    }

    private static EndpointConfig with(String option, String value) {
        return new EndpointConfig(null, List.of(), List.of(), "", Map.of(option, value), 0);
    }

    private static JoinNetworks request(String id, Map<String, EndpointConfig> endpoints, String... ports) {
        String mode =
                endpoints.isEmpty() ? "one" : endpoints.keySet().iterator().next();
        JoinNetworks plain = Engine.request(id, mode, ports);
        return new JoinNetworks(
                id,
                plain.name(),
                mode,
                "host-" + id,
                null,
                new NetworkingConfig(endpoints),
                List.of(),
                plain.portBindings(),
                false);
    }

    private static Map<String, EndpointConfig> in(Object... pairs) {
        Map<String, EndpointConfig> all = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            all.put((String) pairs[i], (EndpointConfig) pairs[i + 1]);
        }
        return all;
    }

    private Sandbox join(JoinNetworks request) {
        return Engine.await(engine.service.join(request));
    }

    private static void assertRefused(ErrorKind kind, String message, ThrowingCallable call) {
        assertThatThrownBy(call)
                .hasMessage(message)
                .isInstanceOfSatisfying(
                        WharfException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @Test
    void severalNetworks_haveALinkEach_andTheFirstInOrderLeadsOut() {
        Sandbox sandbox = join(request("a1", in("shut", NOTHING, "two", NOTHING, "one", NOTHING)));

        assertThat(links(sandbox)).containsExactly("lo", "eth0", "eth1", "eth2");
        assertThat(addresses(sandbox, "eth0")).containsExactly("10.83.0.2/24");
        assertThat(addresses(sandbox, "eth1")).contains("10.82.0.2/24", "fd00:82::2/64");
        assertThat(addresses(sandbox, "eth2")).containsExactly("10.81.0.2/24");
        // Of two that lead out in IPv4 the one that does so in both families.
        assertThat(gateways(sandbox)).containsExactlyInAnyOrder("10.82.0.1", "fd00:82::1");
        assertThat(setting(sandbox, "ipv6/conf/eth0/disable_ipv6")).isEqualTo("1");
        assertThat(setting(sandbox, "ipv6/conf/eth1/disable_ipv6")).isEqualTo("0");
        EndpointSettings two = sandbox.endpoints().get("two");
        assertThat(two.gateway()).isEqualTo("10.82.0.1");
        assertThat(two.ipv6Gateway()).isEqualTo("fd00:82::1");
        assertThat(two.globalIpv6Address()).isEqualTo("fd00:82::2");
        assertThat(two.globalIpv6PrefixLen()).isEqualTo(64);
        assertThat(sandbox.endpoints().get("shut").gateway()).isEmpty();
        assertThat(sandbox.drivers()).isEqualTo(Map.of("one", "bridge", "two", "bridge", "shut", "bridge"));
        assertThat(Engine.await(engine.service.inspect("two", false))
                        .containers()
                        .get("a1"))
                .satisfies(shown -> assertThat(shown.ipv6Address()).isEqualTo("fd00:82::2/64"));
    }

    @Test
    void priority_decidesBeforeAllElse() {
        Sandbox sandbox = join(request("a1", in("two", NOTHING, "one", priority(1))));
        assertThat(gateways(sandbox)).containsExactlyInAnyOrder("10.81.0.1", "fd00:82::1");
    }

    @Test
    void options_reachTheLink() {
        Sandbox sandbox = join(request(
                "a1",
                in(
                        "two",
                        with(
                                "com.docker.network.endpoint.sysctls",
                                "net.ipv4.conf.IFNAME.log_martians=1,net.ipv6.conf.IFNAME.disable_ipv6=1"),
                        "one",
                        with("com.docker.network.endpoint.ifname", "web0"))));
        assertThat(links(sandbox)).containsExactly("lo", "eth0", "web0");
        assertThat(setting(sandbox, "ipv4/conf/eth0/log_martians")).isEqualTo("1");
        assertThat(setting(sandbox, "ipv4/conf/web0/log_martians")).isEqualTo("0");
        assertThat(sandbox.endpoints().get("two").globalIpv6Address()).isEmpty();
        assertThat(addresses(sandbox, "eth0")).containsExactly("10.82.0.2/24");
    }

    @Test
    void addressesOfOnesChoice_areGiven_once() {
        Sandbox sandbox = join(request("a1", in("two", at("10.82.0.77", "fd00:82::77", "169.254.7.7", "fe80::7:7"))));
        assertThat(addresses(sandbox, "eth0"))
                .contains("10.82.0.77/24", "fd00:82::77/64", "169.254.7.7/16", "fe80::7:7/64");
        assertRefused(
                ErrorKind.FORBIDDEN,
                "Address already in use",
                () -> join(request("b1", in("one", NOTHING, "two", at("10.82.0.77", "")))));
        assertThat(links(join(request("b1", in("one", NOTHING))))).hasSize(2);
        // What the failed one had taken in the other network is free again.
        assertThat(Engine.await(engine.service.inspect("two", false)).containers())
                .hasSize(1);
        assertRefused(
                ErrorKind.INVALID_ARGUMENT,
                "invalid config for network one: invalid endpoint settings:\n"
                        + "no configured subnet contains IP address fd00:82::5",
                () -> join(request("b2", in("one", at("", "fd00:82::5")))));
    }

    @Test
    void addressOfOnesChoice_isTakenOverFromWhoJustLeaves() {
        JoinNetworks request = request("a1", in("two", at("10.82.0.77", "fd00:82::77")));
        for (int round = 0; round < 3; round++) {
            assertThat(addresses(join(request), "eth0")).contains("10.82.0.77/24", "fd00:82::77/64");
            engine.leave("a1");
        }
        JoinNetworks other = request("b1", in("one", NOTHING));
        join(other);
        for (int round = 0; round < 3; round++) {
            Engine.await(engine.service.connect(other, "two", at("10.82.0.77", "")));
            Engine.await(engine.service.disconnect(other, "two"));
        }
        join(request);
    }

    @Test
    void connect_movesGatewayAndPorts_andDisconnectMovesThemBack() throws IOException {
        JoinNetworks request = request("a1", in("one", NOTHING), "8080:80/tcp");
        Sandbox before = join(request);
        try (var server = Engine.inside(before).serveTcp("0.0.0.0", 80)) {
            assertThat(Peer.HERE.callTcp("10.81.0.1", 8080)).isNotEmpty();
            assertThat(Host.rules()).contains("10.81.0.2 . 80");

            Sandbox both = Engine.await(engine.service.connect(request, "two", priority(7)));
            assertThat(both.endpoints()).containsOnlyKeys("one", "two");
            assertThat(both.ports()).isEqualTo(before.ports());
            assertThat(links(both)).containsExactly("lo", "eth0", "eth1");
            assertThat(gateways(both)).containsExactlyInAnyOrder("10.82.0.1", "fd00:82::1");
            assertThat(Host.rules()).contains("10.82.0.2 . 80").doesNotContain("10.81.0.2 . 80");
            assertThat(Peer.HERE.callTcp("10.81.0.1", 8080)).isNotEmpty();

            assertRefused(
                    ErrorKind.FORBIDDEN,
                    "endpoint with name name-a1 already exists in network two",
                    () -> Engine.await(engine.service.connect(request, "two", NOTHING)));

            Sandbox after = Engine.await(engine.service.disconnect(request, "two"));
            assertThat(after.endpoints()).isEqualTo(before.endpoints());
            assertThat(links(after)).containsExactly("lo", "eth0");
            assertThat(gateways(after)).containsExactly("10.81.0.1");
            assertThat(Peer.HERE.callTcp("10.81.0.1", 8080)).isNotEmpty();
            assertRefused(
                    ErrorKind.INTERNAL,
                    "container a1 is not connected to network two",
                    () -> Engine.await(engine.service.disconnect(request, "two")));
            assertThat(server.isOpen()).isTrue();
        }
    }

    @Test
    void lastNetwork_takesThePortsAlong_andTheNextBringsThemBack() {
        JoinNetworks request = request("a1", in("one", NOTHING), "8080:80/tcp");
        join(request);
        Sandbox alone = Engine.await(engine.service.disconnect(request, "one"));
        assertThat(alone.endpoints()).isEmpty();
        assertThat(alone.ports()).isEmpty();
        assertThat(links(alone)).containsExactly("lo");
        assertThat(Host.rules()).doesNotContain("8080");
        // Nothing leads out of an internal network, and nothing in.
        assertThat(Engine.await(engine.service.connect(request, "shut", NOTHING))
                        .ports())
                .isEmpty();
        Sandbox back = Engine.await(engine.service.connect(request, "two", NOTHING));
        assertThat(back.ports()).containsOnlyKeys("80/tcp");
        assertThat(Host.rules()).contains("8080");
        assertThat(links(back)).containsExactly("lo", "eth0", "eth1");
    }

    @Test
    void connectThatFails_leavesNothing() {
        JoinNetworks request = request("a1", in("one", NOTHING), "8080:80/tcp");
        Sandbox before = join(request);
        join(request("b1", in("two", NOTHING)));
        assertRefused(
                ErrorKind.FORBIDDEN,
                "Address already in use",
                () -> Engine.await(engine.service.connect(request, "two", at("10.82.0.2", ""))));
        assertThatThrownBy(() -> Engine.await(engine.service.connect(
                        request, "two", with("com.docker.network.endpoint.sysctls", "net.ipv4.conf.IFNAME.nothing=1"))))
                .hasMessageStartingWith("failed to set up container networking: ");
        assertThat(links(before)).containsExactly("lo", "eth0");
        assertThat(gateways(before)).containsExactly("10.81.0.1");
        assertThat(Host.rules()).contains("10.81.0.2 . 80");
        assertThat(join(request)).isEqualTo(before);
        assertThat(Engine.await(engine.ledger.ofKind(Membership.KIND))).hasSize(2);
        assertThat(Engine.await(engine.ledger.ofKind(Membership.DEPARTURE))).isEmpty();
        // The address that the second attempt had is the next to be given out again, in its turn.
        assertThat(Engine.await(engine.service.inspect("two", false)).containers())
                .containsOnlyKeys("b1");
    }

    @Test
    void hostAndNone_areAlone() {
        JoinNetworks ofHost = Engine.request("a1", "host");
        join(ofHost);
        assertRefused(
                ErrorKind.INVALID_ARGUMENT,
                "container sharing network namespace with another container or host cannot be connected to any other"
                        + " network",
                () -> Engine.await(engine.service.connect(ofHost, "one", NOTHING)));
        assertRefused(
                ErrorKind.INVALID_ARGUMENT,
                "cannot disconnect container from host network - container was created in host network mode",
                () -> Engine.await(engine.service.disconnect(ofHost, "host")));
        JoinNetworks request = request("b1", in("one", NOTHING));
        assertRefused(
                ErrorKind.INVALID_ARGUMENT,
                "cannot connect container to host network - container must be created in host network mode",
                () -> Engine.await(engine.service.checkConnect(request, "host", NOTHING)));
        assertRefused(
                ErrorKind.INVALID_ARGUMENT,
                "container cannot be connected to multiple networks with one of the networks in private (none) mode",
                () -> Engine.await(engine.service.checkConnect(request, "none", NOTHING)));
        assertThat(Engine.await(engine.service.checkConnect(request, "two", NOTHING)))
                .isEqualTo("two");
        assertRefused(
                ErrorKind.NOT_FOUND,
                "endpoint nobody not found",
                () -> Engine.await(engine.service.dropEndpoint("one", "nobody")));
    }

    @Test
    void containerThatIsBack_isNotTakenForItsFormerSelf() {
        JoinNetworks request = request("a1", in("one", NOTHING), "8080:80/tcp");
        join(request);
        engine.leave("a1");
        Sandbox back = join(request);
        // As it is found by the next start of an engine that is killed now.
        assertThat(Engine.await(engine.ledger.ofKind(Membership.KIND)))
                .singleElement()
                .satisfies(record -> assertThat(
                                Json.read(record.detail(), Membership.class).sandboxId())
                        .isEqualTo(back.sandboxId()));
        engine.close();
        engine = Engine.start(folder);
        assertThat(Engine.await(engine.service.keepSandboxesOf(Map.of("a1", Engine.kept("name-a1", back)))))
                .isEmpty();
        assertThat(join(request)).isEqualTo(back);
        assertThat(links(back)).containsExactly("lo", "eth0");
    }

    @Test
    void connectCutOff_isTakenAwayAtTheNextStart() {
        JoinNetworks request = request("a1", in("one", NOTHING), "8080:80/tcp");
        Sandbox before = join(request);
        Engine.await(engine.service.connect(request, "two", priority(7)));
        engine.close();
        engine = Engine.start(folder);
        // The container's own room died before it had heard of the second.
        assertThat(Engine.await(engine.service.keepSandboxesOf(Map.of("a1", Engine.kept("name-a1", before)))))
                .isEmpty();
        assertThat(join(request)).isEqualTo(before);
        assertThat(links(before)).containsExactly("lo", "eth0");
        assertThat(gateways(before)).containsExactly("10.81.0.1");
        assertThat(Host.rules()).contains("10.81.0.2 . 80");
    }

    @Test
    void disconnectCutOff_isToldAtTheNextStart_andFinished() {
        JoinNetworks request = request("a1", in("one", NOTHING, "two", NOTHING));
        Sandbox both = join(request);
        KernelObject record =
                Engine.await(engine.ledger.ofKind(Membership.KIND)).getFirst();
        Membership member = Json.read(record.detail(), Membership.class);
        Endpoint two = member.endpoints().getLast();
        engine.close();
        engine = Engine.start(folder);
        // As if it had died between the record of what is left and the deletion of the link.
        Engine.await(engine.ledger.record(
                List.of(member.without(two).record(), member.departing(two).record())));
        engine.close();
        engine = Engine.start(folder);
        Map<String, Sandbox> changed =
                Engine.await(engine.service.keepSandboxesOf(Map.of("a1", Engine.kept("name-a1", both))));
        assertThat(changed).containsOnlyKeys("a1");
        assertThat(changed.get("a1").endpoints()).containsOnlyKeys("one");
        await().untilAsserted(() -> assertThat(links(both)).containsExactly("lo", "eth0"));
        await().untilAsserted(() -> assertThat(Engine.await(engine.ledger.ofKind(Membership.DEPARTURE)))
                .isEmpty());
        assertThat(Engine.await(engine.service.keepSandboxesOf(Map.of(
                        "a1",
                        new KeptSandbox(
                                "name-a1", Set.of(both.endpoints().get("one").endpointId()), both.ports())))))
                .isEmpty();
    }

    @Test
    void check_answersNamesOfNetworks() {
        String id = Engine.await(engine.service.inspect("one", false)).id();
        assertThat(Engine.await(engine.service.check(request("a1", in(id, priority(3), "later", NOTHING))))
                        .endpointsConfig())
                .isEqualTo(in("one", priority(3), "later", NOTHING));
        assertThatThrownBy(() -> Engine.await(engine.service.check(request("a1", in("one", NOTHING, "none", NOTHING)))))
                .hasMessageContaining("private (none) mode");
    }
}
