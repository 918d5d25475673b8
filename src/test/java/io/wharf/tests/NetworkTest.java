package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The default bridge, published ports, the host's network and none. */
class NetworkTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    void none_hasLoopbackOnly() {
        assertThat(rig.sh("ip -o link | awk '{print $2}'", "--network", "none").text())
                .isEqualTo("lo:");
    }

    @Test
    void host_isTheHostsOwn() {
        assertThat(rig.sh("readlink /proc/self/ns/net", "--network", "host").text())
                .isEqualTo(rig.machine().inHost("readlink", "/proc/self/ns/net").text());
        assertThat(rig.sh("hostname", "--network", "host").text())
                .isEqualTo(Running.run("hostname").text());
    }

    @Test
    void bridge_hasAddressRouteAndFiles() {
        String id = rig.ok("run", "-d", "--hostname", "box", "--add-host", "db:10.1.2.3", "busybox", "sleep", "1000");
        String address = address(id);
        assertThat(address).startsWith(rig.engine().gateway().replaceAll("1$", ""));
        assertThat(rig.ok("exec", id, "ip", "-o", "-4", "address", "show", "eth0"))
                .contains(address + "/24");
        assertThat(rig.ok("exec", id, "ip", "route"))
                .contains("default via " + rig.engine().gateway());
        assertThat(rig.ok("exec", id, "cat", "/etc/hosts").lines().map(line -> line.replaceAll("\\s+", " ")))
                .contains("127.0.0.1 localhost", "10.1.2.3 db", address + " box");
        assertThat(rig.ok("exec", id, "cat", "/etc/hostname")).isEqualTo("box");
        assertThat(rig.ok("inspect", "-f", "{{.NetworkSettings.Networks.bridge.Gateway}}", id))
                .isEqualTo(rig.engine().gateway());
        assertThat(rig.ok("inspect", "-f", "{{.NetworkSettings.Networks.bridge.MacAddress}}", id))
                .isEqualTo(rig.ok("exec", id, "cat", "/sys/class/net/eth0/address"));
    }

    @Test
    void dnsFlags_reachResolvConf() {
        assertThat(rig.sh(
                                "cat /etc/resolv.conf",
                                "--dns",
                                "192.0.2.53",
                                "--dns-search",
                                "example.org",
                                "--dns-option",
                                "ndots:3")
                        .lines())
                .contains("nameserver 192.0.2.53", "search example.org", "options ndots:3");
    }

    @Test
    void containers_reachEachOther() {
        String server = web("--name", "server");
        assertThat(rig.sh("wget -q -O - http://" + address(server) + ":80/").text())
                .isEqualTo("hello");
    }

    @Test
    void containers_reachTheOutside_masqueraded() {
        try (Running peer = rig.machine()
                .startInNeighbour("busybox", "nc", "-l", "-p", "7777", "-e", "/bin/sh", "-c", "echo seen")) {
            // Answers come back although the neighbour knows no route to the bridge but the host's own address.
            rig.machine().inNeighbour("ip", "route", "del", "default").ok();
            try {
                Awaitility.await()
                        .atMost(Duration.ofSeconds(10))
                        .untilAsserted(() -> assertThat(rig.sh("nc " + Machine.NEIGHBOUR + " 7777 </dev/null")
                                        .text())
                                .isEqualTo("seen"));
            } finally {
                rig.machine()
                        .inNeighbour("ip", "route", "add", "default", "via", Machine.HOST)
                        .ok();
            }
            assertThat(peer.err()).isEmpty();
        }
    }

    @Test
    void published_answersFromEverywhere() {
        web("-p", "8080:80");
        assertThat(fetchInHost("http://127.0.0.1:8080/")).isEqualTo("hello");
        assertThat(fetchInHost("http://" + Machine.HOST + ":8080/")).isEqualTo("hello");
        assertThat(fetchInHost("http://" + rig.engine().gateway() + ":8080/")).isEqualTo("hello");
        assertThat(rig.machine()
                        .inNeighbour("curl", "-s", "-m", "5", "http://" + Machine.HOST + ":8080/")
                        .text())
                .isEqualTo("hello");
        // From a container, by the host's address.
        assertThat(rig.sh("wget -q -O - http://" + Machine.HOST + ":8080/").text())
                .isEqualTo("hello");
    }

    @Test
    void published_toLocalhost_isForLocalhostOnly() {
        web("-p", "127.0.0.1:8081:80");
        assertThat(fetchInHost("http://127.0.0.1:8081/")).isEqualTo("hello");
        assertThat(rig.machine()
                        .inNeighbour("curl", "-s", "-m", "2", "http://" + Machine.HOST + ":8081/")
                        .code())
                .isNotZero();
    }

    @Test
    void published_toAFreePort_isTold() {
        String id = web("-p", "80");
        String port =
                rig.ok("port", id, "80/tcp").lines().findFirst().orElseThrow().replaceAll(".*:", "");
        assertThat(fetchInHost("http://127.0.0.1:" + port + "/")).isEqualTo("hello");
        assertThat(rig.ok("ps", "--format", "{{.Ports}}")).contains(":" + port + "->80/tcp");
    }

    @Test
    void published_udp() {
        String id = rig.ok("run", "-d", "-p", "5353:53/udp", "busybox", "sleep", "1000");
        assertThat(rig.ok("port", id).lines()).anyMatch(line -> line.equals("53/udp -> 0.0.0.0:5353"));
        String pid = rig.ok("inspect", "-f", "{{.State.Pid}}", id);
        // The small image has no program that serves UDP: one of the host's does, in the container's namespace.
        String answer = "import socket\ns = socket.socket(type=socket.SOCK_DGRAM)\ns.bind(('', 53))\nprint('bound',"
                + " flush=True)\nwhile True:\n data, peer = s.recvfrom(99)\n s.sendto(data + b'!', peer)\n";
        try (Running server = Running.start(
                java.util.List.of("nsenter", "--net=/proc/" + pid + "/ns/net", "python3", "-c", answer),
                java.util.Map.of())) {
            server.awaitOut("bound");
            String ask = "import socket,sys\ns = socket.socket(type=socket.SOCK_DGRAM)\ns.settimeout(5)\n"
                    + "s.sendto(b'hey', (sys.argv[1], 5353))\nprint(s.recv(99).decode())";
            assertThat(rig.machine()
                            .inNeighbour("python3", "-c", ask, Machine.HOST)
                            .ok()
                            .text())
                    .isEqualTo("hey!");
            assertThat(rig.machine()
                            .inHost("python3", "-c", ask, "127.0.0.1")
                            .ok()
                            .text())
                    .isEqualTo("hey!");
        }
    }

    @Test
    void unpublished_isClosedToStrangers() {
        String id = web();
        assertThat(fetchInHost("http://" + address(id) + "/")).isEqualTo("hello");
        // The neighbour has a route to the bridge's network by way of the host.
        assertThat(rig.machine()
                        .inNeighbour("curl", "-s", "-m", "2", "http://" + address(id) + "/")
                        .code())
                .isNotZero();
    }

    @Test
    void portTaken_isRefusedAndNothingStays() {
        web("-p", "8082:80");
        Ran ran = rig.run("run", "--name", "late", "-p", "8082:80", "busybox", "true");
        assertThat(ran.code()).isEqualTo(125);
        assertThat(ran.err()).contains("8082").contains("port is already allocated");
        assertThat(rig.ok("inspect", "-f", "{{.State.Status}}", "late")).isEqualTo("created");
        try (Running other = rig.machine().startInHost("busybox", "nc", "-l", "-p", "8083")) {
            Awaitility.await()
                    .until(() -> rig.machine().inHost("ss", "-ltn").out().contains(":8083"));
            Ran taken = rig.run("run", "--rm", "-p", "8083:80", "busybox", "true");
            assertThat(taken.code()).isEqualTo(125);
            assertThat(taken.err()).contains("8083").contains("address already in use");
            assertThat(other.alive()).isTrue();
        }
        // Both can be had once they are free.
        rig.ok("run", "--rm", "-p", "8083:80", "busybox", "true");
    }

    @Test
    void published_isFreeAgainAfterTheEnd() {
        String id = web("-p", "8084:80");
        rig.ok("stop", "-t", "0", id);
        assertThat(rig.machine()
                        .inHost("curl", "-s", "-m", "2", "http://127.0.0.1:8084/")
                        .code())
                .isNotZero();
        rig.ok("start", id);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> assertThat(fetchInHost("http://127.0.0.1:8084/")).isEqualTo("hello"));
    }

    @Test
    void published_worksWhereTheHostForwardsNothing() {
        rig.machine().inHost("iptables", "-P", "FORWARD", "DROP").ok();
        try {
            web("-p", "8085:80");
            assertThat(rig.machine()
                            .inNeighbour("curl", "-s", "-m", "5", "http://" + Machine.HOST + ":8085/")
                            .text())
                    .isEqualTo("hello");
        } finally {
            // The table is this test's own where the engine needs none of iptables'.
            if (!Here.DOCKERD) {
                rig.machine().inHost("nft", "delete", "table", "ip", "filter").ok();
            }
        }
    }

    @Test
    void manyPorts_ofARange() {
        String id = rig.ok("run", "-d", "-p", "9000-9009:9000-9009", "busybox", "sleep", "1000");
        assertThat(rig.ok("port", id).lines().filter(line -> line.contains("0.0.0.0")))
                .hasSize(10);
    }

    @Test
    void networks_areListedAndInspected() {
        assertThat(rig.ok("network", "ls", "--format", "{{.Name}} {{.Driver}} {{.Scope}}")
                        .lines())
                .contains("bridge bridge local", "host host local", "none null local");
        assertThat(rig.ok("network", "inspect", "-f", "{{(index .IPAM.Config 0).Gateway}}", "bridge"))
                .isEqualTo(rig.engine().gateway());
        String id = rig.ok("run", "-d", "--name", "member", "busybox", "sleep", "1000");
        assertThat(rig.ok(
                        "network", "inspect", "-f", "{{range .Containers}}{{.Name}} {{.IPv4Address}}{{end}}", "bridge"))
                .isEqualTo("member " + address(id) + "/24");
        assertThat(rig.ok("network", "inspect", "-f", "{{json .Containers}}", "host"))
                .isEqualTo("{}");
        Ran ran = rig.run("network", "inspect", "nothing");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).containsIgnoringCase("network nothing not found");
    }

    @Test
    void unknownNetwork_isRefused() {
        Ran ran = rig.run("run", "--rm", "--network", "nowhere", "busybox", "true");
        assertThat(ran.code()).isEqualTo(125);
        assertThat(ran.err()).contains("network nowhere not found");
        rig.ok("ps", "-aq");
    }

    private static String web(String... flags) {
        String[] command = new String[flags.length + 6];
        command[0] = "run";
        command[1] = "-d";
        System.arraycopy(flags, 0, command, 2, flags.length);
        String[] rest = {"busybox", "sh", "-c", "mkdir /w; echo hello >/w/index.html; exec httpd -f -h /w"};
        System.arraycopy(rest, 0, command, 2 + flags.length, 4);
        String id = rig.ok(command);
        Awaitility.await()
                .pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(10))
                .until(() -> rig.machine()
                        .inHost("curl", "-s", "-m", "1", "http://" + address(id) + "/")
                        .text()
                        .equals("hello"));
        return id;
    }

    private static String address(String id) {
        return rig.ok("inspect", "-f", "{{.NetworkSettings.Networks.bridge.IPAddress}}", id);
    }

    private static String fetchInHost(String url) {
        return rig.machine().inHost("curl", "-s", "-m", "5", url).text();
    }
}
