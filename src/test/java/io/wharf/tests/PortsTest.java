package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two hosts that talk through published ports: in both families, while the engine is away, and while ports change. */
class PortsTest {
    private static final String HOST6 = "2001:db8:100::1";
    private static final String NEIGHBOUR6 = "2001:db8:100::2";
    /** Says each line back, with the caller's address before it. */
    private static final String ECHO = "nc -ll -p 80 -e sh -c 'while read l; do echo \"got $l\"; done'";

    /** Goes on talking through one connection as long as it is told to. */
    private static final String TALK =
            "import socket,sys\ns=socket.create_connection((sys.argv[1],int(sys.argv[2])),5)\n"
                    + "f=s.makefile('rw')\nfor line in sys.stdin:\n f.write(line);f.flush();print(f.readline().strip(),flush=True)";

    @RegisterExtension
    static final Rig rig = new Rig();

    @BeforeAll
    static void giveBothHostsIpv6() {
        rig.machine()
                .inHost("ip", "address", "add", HOST6 + "/64", "dev", "wire", "nodad")
                .ok();
        rig.machine()
                .inNeighbour("ip", "address", "add", NEIGHBOUR6 + "/64", "dev", "wire", "nodad")
                .ok();
        rig.machine()
                .inNeighbour("ip", "-6", "route", "replace", "default", "via", HOST6)
                .ok();
    }

    private static String web(String... flags) {
        String[] command = new String[flags.length + 6];
        command[0] = "run";
        command[1] = "-d";
        System.arraycopy(flags, 0, command, 2, flags.length);
        String[] rest = {"busybox", "sh", "-c", "mkdir /w; echo hello >/w/index.html; exec httpd -f -h /w -p 80"};
        System.arraycopy(rest, 0, command, 2 + flags.length, 4);
        return rig.ok(command);
    }

    private static void answers(String address, int port) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> assertThat(fromNeighbour(address, port).text()).isEqualTo("hello"));
    }

    private static void answersHere(String address, int port) {
        assertThat(rig.machine()
                        .inHost("curl", "-s", "-m", "5", url(address, port))
                        .text())
                .isEqualTo("hello");
    }

    private static Ran fromNeighbour(String address, int port) {
        return rig.machine().inNeighbour("curl", "-s", "-m", "2", url(address, port));
    }

    private static String url(String address, int port) {
        return "http://" + (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + port + "/";
    }

    @Test
    void ipv6_answersFromTheOtherHostAndFromLocalhost() {
        rig.ok("network", "create", "--ipv6", "--subnet", "fd00:77::/64", "six");
        try {
            String id = web("--network", "six", "-p", "8180:80");
            answers(HOST6, 8180);
            answers(Machine.HOST, 8180);
            answersHere("::1", 8180);
            answersHere(HOST6, 8180);
            answersHere("127.0.0.1", 8180);
            assertThat(rig.ok("port", id).lines()).contains("80/tcp -> 0.0.0.0:8180", "80/tcp -> [::]:8180");
            assertThat(rig.sh("wget -q -O - " + url(HOST6, 8180), "--network", "six")
                            .text())
                    .isEqualTo("hello");
            String address = rig.ok("inspect", "-f", "{{.NetworkSettings.Networks.six.GlobalIPv6Address}}", id);
            assertThat(address).startsWith("fd00:77::");
            answersHere(address, 80);
            if (!Here.DOCKERD) {
                assertThat(fromNeighbour(address, 80).code()).isNotZero();
            }
            rig.ok("rm", "-f", id);
        } finally {
            rig.ok("network", "rm", "six");
        }
    }

    @Test
    void ipv6Callers_reachAContainerThatHasIpv4Alone() {
        web("-p", "8181:80");
        answers(HOST6, 8181);
        answersHere("::1", 8181);
    }

    @Test
    @WharfOnly("Docker has no such operation")
    void ports_changeWhileTheProcessRuns() {
        String id = rig.ok("run", "-d", "-p", "8182:80", "-p", "8183:80", "busybox", "sh", "-c", ECHO);
        String pid = rig.ok("inspect", "-f", "{{.State.Pid}}", id);
        try (Running talk = talk(Machine.HOST, 8182)) {
            talk.write("one\n").awaitOut("got one");
            var reply = rig.http()
                    .post(
                            "/wharf/v1/containers/" + id + "/ports",
                            "{\"80/tcp\":[{\"HostPort\":\"8182\"},{\"HostPort\":\"8184\"}]}");
            assertThat(reply.status()).as(reply.body()).isEqualTo(200);
            assertThat(reply.body()).contains("8182", "8184").doesNotContain("8183");
            talk.write("two\n").awaitOut("got two");
            try (Running other = talk(Machine.HOST, 8184)) {
                other.write("three\n").awaitOut("got three");
            }
            assertThat(fromNeighbour(Machine.HOST, 8183).code()).isNotZero();
            assertThat(rig.ok("inspect", "-f", "{{.State.Pid}}", id)).isEqualTo(pid);
            assertThat(rig.ok("port", id)).contains("8184").doesNotContain("8183");

            String taken = rig.ok("run", "-d", "-p", "8185:80", "busybox", "sleep", "1000");
            reply = rig.http().post("/wharf/v1/containers/" + id + "/ports", "{\"80/tcp\":[{\"HostPort\":\"8185\"}]}");
            assertThat(reply.status()).isEqualTo(500);
            assertThat(reply.body()).contains("8185", "port is already allocated");
            talk.write("four\n").awaitOut("got four");
            rig.ok("rm", "-f", taken);
        }
        // Kept for the next start, and changed for it while the container does not run.
        rig.ok("restart", "-t", "0", id);
        assertThat(rig.ok("port", id)).contains("8182", "8184");
        rig.ok("stop", "-t", "0", id);
        assertThat(rig.http()
                        .post("/wharf/v1/containers/" + id + "/ports", "{\"80/tcp\":[{\"HostPort\":\"8186\"}]}")
                        .status())
                .isEqualTo(200);
        rig.ok("start", id);
        assertThat(rig.ok("port", id)).contains("8186").doesNotContain("8182");
        assertThat(rig.http()
                        .post("/wharf/v1/containers/" + id + "/ports", "{\"PortBindings\":{\"80/tcp\":[]}}")
                        .status())
                .isEqualTo(400);
    }

    private static Running talk(String address, int port) {
        return rig.machine().startInNeighbour("python3", "-c", TALK, address, "" + port);
    }

    @Test
    @WharfOnly("Docker's rules come back when it is restarted")
    void rulesThatOthersFlush_areBackWithinASecond() {
        web("-p", "8187:80");
        answers(Machine.HOST, 8187);
        for (String damage : new String[] {"flush ruleset", "delete table inet wharf_wharf0"}) {
            rig.machine().inHost("nft", damage).ok();
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(20))
                    .atMost(Duration.ofSeconds(1))
                    .untilAsserted(() -> assertThat(rig.machine()
                                    .inHost("nft", "list", "ruleset")
                                    .out())
                            .contains("8187"));
            answers(Machine.HOST, 8187);
        }
    }

    @Test
    @WharfOnly("Docker's live restore does not keep its proxies")
    void connections_liveOnWhileTheEngineIsAway() {
        String id = rig.ok("run", "-d", "-p", "8188:80", "busybox", "sh", "-c", ECHO);
        try (Running talk = talk(Machine.HOST, 8188)) {
            talk.write("one\n").awaitOut("got one");
            rig.engine().kill();
            talk.write("two\n").awaitOut("got two");
            try (Running other = talk(Machine.HOST, 8188)) {
                other.write("three\n").awaitOut("got three");
            }
            rig.engine().start();
            talk.write("four\n").awaitOut("got four");
            assertThat(rig.ok("port", id)).contains("8188");
        }
    }

    /** What scripts of Docker's users do, where nobody else has made the chain. */
    @Test
    void chainDockerUser_closesPublishedPorts_onceItIsHookedIn() {
        web("-p", "8099:80");
        answers(Machine.HOST, 8099);
        rig.machine()
                .inHost(
                        "sh",
                        "-ec",
                        "iptables -S DOCKER-USER >/dev/null 2>&1 || iptables -N DOCKER-USER;"
                                + " iptables -C FORWARD -j DOCKER-USER 2>/dev/null || iptables -I FORWARD -j DOCKER-USER;"
                                + " iptables -I DOCKER-USER -i wire -p tcp -m conntrack --ctorigdstport 8099 -j DROP")
                .ok();
        try {
            assertThat(fromNeighbour(Machine.HOST, 8099).code()).isNotZero();
        } finally {
            rig.machine()
                    .inHost(
                            "iptables",
                            "-D",
                            "DOCKER-USER",
                            "-i",
                            "wire",
                            "-p",
                            "tcp",
                            "-m",
                            "conntrack",
                            "--ctorigdstport",
                            "8099",
                            "-j",
                            "DROP")
                    .ok();
        }
        answers(Machine.HOST, 8099);
        if (!Here.DOCKERD) {
            // With all that iptables has made for it.
            rig.machine().inHost("nft", "delete", "table", "ip", "filter").ok();
        }
    }
}
