package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Networks that users make: what they are told, what they see, what they are refused, and that networks come back. */
class UserNetworksTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private static String inspect(String network, String template) {
        return rig.ok("network", "inspect", "-f", template, network);
    }

    private static void refused(String words, String... arguments) {
        Ran ran = rig.run(arguments);
        assertThat(ran.code()).isNotZero();
        assertThat(ran.err()).contains(words);
    }

    private static List<String> listed(String... filters) {
        String[] command = new String[4 + 2 * filters.length];
        List.of("network", "ls", "--format", "{{.Name}}").toArray(command);
        for (int i = 0; i < filters.length; i++) {
            command[4 + 2 * i] = "--filter";
            command[5 + 2 * i] = filters[i];
        }
        return rig.run(command).ok().lines();
    }

    private static String events(String network) {
        return rig.ok(
                "events",
                "--since",
                "5m",
                "--until",
                "0s",
                "--filter",
                "type=network",
                "--filter",
                "network=" + network,
                "--format",
                "{{.Action}} {{.Actor.Attributes.name}} {{.Actor.Attributes.type}}");
    }

    @Test
    void create_isToldAndSeen_andRemoveTakesItAway() {
        String id = rig.ok(
                "network",
                "create",
                "--subnet",
                "10.77.0.0/16",
                "--ip-range",
                "10.77.4.0/24",
                "--gateway",
                "10.77.255.254",
                "--aux-address",
                "router=10.77.4.1",
                "--label",
                "tier=front",
                "--attachable",
                "-o",
                "com.docker.network.driver.mtu=1400",
                "front");
        String link = "br-" + id.substring(0, 12);
        assertThat(inspect("front", "{{.Id}} {{.Driver}} {{.Scope}} {{.Internal}} {{.Attachable}} {{.EnableIPv6}}"))
                .isEqualTo(id + " bridge local false true false");
        assertThat(inspect("front", "{{json .IPAM.Config}}"))
                .contains("\"10.77.0.0/16\"", "\"10.77.4.0/24\"", "\"10.77.255.254\"", "\"router\":\"10.77.4.1\"");
        assertThat(inspect("front", "{{json .Labels}} {{json .Options}}"))
                .isEqualTo("{\"tier\":\"front\"} {\"com.docker.network.driver.mtu\":\"1400\"}");
        assertThat(rig.machine()
                        .inHost("ip", "-o", "-4", "address", "show", link)
                        .text())
                .contains("10.77.255.254/16");

        String container = rig.ok("run", "-d", "--network", "front", "busybox", "sleep", "1000");
        assertThat(rig.ok("exec", container, "ip", "-o", "-4", "address", "show", "eth0"))
                .contains(" 10.77.4.");
        assertThat(rig.ok("exec", container, "ip", "link", "show", "eth0")).contains("mtu 1400");
        assertThat(rig.ok("exec", container, "ip", "route")).contains("default via 10.77.255.254");
        assertThat(inspect(id.substring(0, 12), "{{len .Containers}}")).isEqualTo("1");
        refused("has active endpoints", "network", "rm", "front");
        rig.ok("rm", "-f", container);
        assertThat(rig.ok("network", "rm", "front")).isEqualTo("front");
        Awaitility.await()
                .until(() -> rig.machine().inHost("ip", "link", "show", link).code() != 0);
        // Until now is until the last whole second.
        Awaitility.await()
                .untilAsserted(() -> assertThat(events(id))
                        .startsWith("create front bridge\nconnect front bridge\n")
                        .endsWith("destroy front bridge"));
        refused("ot found", "network", "inspect", "front");
    }

    @Test
    void unnamedSubnets_areApart() {
        for (int i = 0; i < 3; i++) {
            rig.ok("network", "create", "n" + i);
        }
        assertThat(List.of("n0", "n1", "n2").stream().map(name -> inspect(name, "{{(index .IPAM.Config 0).Subnet}}")))
                .doesNotHaveDuplicates()
                .allMatch(subnet -> subnet.startsWith("172.") || subnet.startsWith("192.168."));
        assertThat(rig.ok("network", "rm", "n0", "n1", "n2").lines()).hasSize(3);
    }

    @Test
    void list_isFiltered_andPruneTakesWhatNobodyUses() {
        rig.ok("network", "create", "--label", "keep", "idle1");
        rig.ok("network", "create", "--label", "n=2", "idle2");
        String used = rig.ok("network", "create", "used");
        rig.ok("run", "-d", "--network", "used", "busybox", "sleep", "1000");

        assertThat(listed("type=custom")).containsExactlyInAnyOrder("idle1", "idle2", "used");
        assertThat(listed("type=builtin")).containsExactlyInAnyOrder("bridge", "host", "none");
        assertThat(listed("dangling=true")).contains("idle1", "idle2").doesNotContain("bridge");
        assertThat(listed("label=n=2")).containsExactly("idle2");
        assertThat(listed("name=idle", "label=keep")).containsExactly("idle1");
        assertThat(listed("id=" + used.substring(0, 20))).containsExactly("used");
        assertThat(listed("driver=null")).containsExactly("none");
        assertThat(listed("scope=swarm")).isEmpty();
        refused("invalid filter", "network", "ls", "--filter", "colour=red");

        assertThat(rig.ok("network", "prune", "-f", "--filter", "until=1h")).isEmpty();
        assertThat(rig.ok("network", "prune", "-f", "--filter", "label!=keep"))
                .contains("idle2")
                .doesNotContain("idle1", "used");
        assertThat(rig.ok("network", "prune", "-f")).contains("idle1").doesNotContain("used");
        assertThat(listed("type=custom")).containsExactly("used");
    }

    @Test
    void create_refusesWhatCannotBe() {
        rig.ok("network", "create", "--subnet", "10.78.0.0/16", "taken");
        refused("network with name taken already exists", "network", "create", "taken");
        refused(
                "Pool overlaps with other one on this address space",
                "network",
                "create",
                "--subnet",
                "10.78.9.0/24",
                "other");
        refused("operation is not permitted on predefined host network", "network", "create", "host");
        refused("plugin \"absent\" not found", "network", "create", "-d", "absent", "other");
        refused("This node is not a swarm manager", "network", "create", "-d", "overlay", "other");
        refused("only one instance of \"host\" network is allowed", "network", "create", "-d", "host", "other");
        refused("failed to parse", "network", "create", "-o", "com.docker.network.bridge.enable_icc=maybe", "other");
        refused("pre-defined network and cannot be removed", "network", "rm", "bridge");
    }

    @Test
    @WharfOnly("it gives a route to the host, and drops what comes, and lists networks in use as dangling")
    void internal_hasNoWayOut() {
        rig.ok("network", "create", "--internal", "inward");
        rig.ok("run", "-d", "--network", "inward", "busybox", "sleep", "1000");
        assertThat(listed("dangling=true")).isEmpty();
        String route = rig.sh("ip route", "--network", "inward").ok().text();
        assertThat(route).contains("eth0").doesNotContain("default");
    }

    @Test
    void configOnly_isWhatOthersAreMadeFrom() {
        rig.ok("network", "create", "--config-only", "--subnet", "10.79.0.0/24", "--label", "from=base", "base");
        rig.ok("network", "create", "--config-from", "base", "made");
        assertThat(inspect("made", "{{(index .IPAM.Config 0).Subnet}} {{.ConfigFrom.Network}} {{.ConfigOnly}}"))
                .isEqualTo("10.79.0.0/24 base false");
        refused("is in use", "network", "rm", "base");
        rig.ok("network", "rm", "made");
        rig.ok("network", "rm", "base");
    }

    @Test
    void macvlan_isANeighbourOnTheWire() {
        rig.machine()
                .inHost("ip", "link", "add", "wire0", "type", "veth", "peer", "name", "wire1")
                .ok();
        try {
            rig.machine().inHost("ip", "link", "set", "wire0", "up").ok();
            rig.machine().inHost("ip", "link", "set", "wire1", "up").ok();
            rig.machine()
                    .inHost("ip", "address", "add", "10.80.0.200/24", "dev", "wire1")
                    .ok();
            rig.ok("network", "create", "-d", "macvlan", "-o", "parent=wire0", "--subnet", "10.80.0.0/24", "lan");
            String server =
                    rig.ok("run", "-d", "--network", "lan", "--ip", "10.80.0.9", "busybox", "httpd", "-f", "-p", "80");
            assertThat(rig.ok("exec", server, "ip", "-o", "address", "show", "eth0"))
                    .contains("10.80.0.9/24");
            assertThat(rig.sh("ping -c 1 -w 5 10.80.0.9 && ping -c 1 -w 5 10.80.0.200", "--network", "lan")
                            .code())
                    .isZero();
            rig.ok("restart", "-t", "0", server);
            assertThat(rig.sh("ping -c 1 -w 5 10.80.0.9", "--network", "lan").code())
                    .isZero();
            rig.ok("rm", "-f", server);
            rig.ok("network", "rm", "lan");
        } finally {
            rig.machine().inHost("ip", "link", "delete", "wire0");
        }
    }

    @Test
    @WharfOnly("without live-restore its containers end with it, and IPv6 needs a subnet")
    void killedEngine_findsNetworksAndAddressesAgain() {
        String id = rig.ok("network", "create", "--ipv6", "--internal", "both");
        String container = rig.ok("run", "-d", "--network", "both", "--name", "stays", "busybox", "sleep", "1000");
        String template = "{{with .NetworkSettings.Networks.both}}{{.IPAddress}} {{.GlobalIPv6Address}}{{end}}";
        String before = rig.ok("inspect", "-f", template, container);
        assertThat(before).contains("172.18.0.2 fd");
        String network = inspect("both", "{{json .}}");
        rig.engine().kill();
        rig.engine().start();
        assertThat(inspect("both", "{{json .}}")).isEqualTo(network);
        assertThat(rig.ok("inspect", "-f", template, container)).isEqualTo(before);
        assertThat(rig.ok("run", "--rm", "--network", "both", "busybox", "ping", "-c", "1", "-w", "5", "172.18.0.2"))
                .contains("1 packets received");
        assertThat(rig.ok("run", "--rm", "--network", "both", "busybox", "ip", "-o", "address", "show", "eth0"))
                .doesNotContain("172.18.0.2/", before.split(" ")[1] + "/");
        refused("has active endpoints", "network", "rm", id);
    }
}
