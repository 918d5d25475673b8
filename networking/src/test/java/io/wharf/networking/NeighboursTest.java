package io.wharf.networking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.linux.Netlink;
import io.wharf.linux.SmallFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Life beside other firewalls of the same host, with rules of the shapes that they make. */
class NeighboursTest extends HostTest {
    /** iptables with policies that drop, as Docker leaves it and many an administrator. */
    private static final String IPTABLES = """
            *filter
            :INPUT ACCEPT [0:0]
            :FORWARD DROP [0:0]
            :OUTPUT ACCEPT [0:0]
            -A FORWARD -d 198.51.100.99/32 -j DROP
            COMMIT
            """;

    /** ufw: chains within chains, a refusal for what is left in the last of them. */
    private static final String UFW = """
            *filter
            :INPUT DROP [0:0]
            :FORWARD DROP [0:0]
            :OUTPUT ACCEPT [0:0]
            :ufw-before-forward - [0:0]
            :ufw-after-forward - [0:0]
            :ufw-reject-forward - [0:0]
            :ufw-user-forward - [0:0]
            :ufw-before-input - [0:0]
            -A INPUT -j ufw-before-input
            -A ufw-before-input -i lo -j ACCEPT
            -A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
            -A ufw-before-input -p icmp -j ACCEPT
            -A FORWARD -j ufw-before-forward
            -A FORWARD -j ufw-after-forward
            -A FORWARD -j ufw-reject-forward
            -A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
            -A ufw-before-forward -p icmp -m icmp --icmp-type 3 -j ACCEPT
            -A ufw-before-forward -j ufw-user-forward
            -A ufw-reject-forward -j REJECT --reject-with icmp-port-unreachable
            COMMIT
            """;

    /** firewalld: a table of nft's own family for both, whose base chain rejects what no zone wanted. */
    private static final String FIREWALLD = """
            table inet firewalld {
            chain filter_FORWARD {
            type filter hook forward priority filter + 10; policy accept;
            ct state { established, related } accept
            ct status dnat accept
            iifname "lo" accept
            ct state invalid drop
            jump filter_FORWARD_ZONES
            reject with icmpx type admin-prohibited
            }
            chain filter_FORWARD_ZONES {
            iifname "uplink0" goto filter_FWD_public
            goto filter_FWD_public
            }
            chain filter_FWD_public {
            reject with icmpx type admin-prohibited
            }
            }
            """;

    /** kube-proxy by iptables, with a service that leads elsewhere; it drops marked and invalid packets alone. */
    private static final String KUBE_PROXY = """
            *filter
            :FORWARD ACCEPT [0:0]
            :KUBE-FORWARD - [0:0]
            :KUBE-PROXY-FIREWALL - [0:0]
            -A FORWARD -m conntrack --ctstate NEW -j KUBE-PROXY-FIREWALL
            -A FORWARD -j KUBE-FORWARD
            -A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
            -A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
            COMMIT
            *nat
            :PREROUTING ACCEPT [0:0]
            :POSTROUTING ACCEPT [0:0]
            :OUTPUT ACCEPT [0:0]
            :KUBE-SERVICES - [0:0]
            :KUBE-POSTROUTING - [0:0]
            :KUBE-SVC-A - [0:0]
            -A PREROUTING -j KUBE-SERVICES
            -A OUTPUT -j KUBE-SERVICES
            -A POSTROUTING -j KUBE-POSTROUTING
            -A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-A
            -A KUBE-SVC-A -p tcp -j DNAT --to-destination 198.51.100.2:82
            -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
            -A KUBE-POSTROUTING -j MASQUERADE
            COMMIT
            """;

    static Stream<Arguments> neighbours() {
        return Stream.of(
                Arguments.of("iptables", IPTABLES),
                Arguments.of("ufw", UFW),
                Arguments.of("firewalld", FIREWALLD),
                Arguments.of("kube-proxy", KUBE_PROXY));
    }

    private static void load(String rules) {
        if (rules.startsWith("*")) {
            run(List.of("iptables-restore"), rules);
        } else {
            Host.nft(rules);
        }
    }

    private static String run(List<String> command, String input) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
            return said;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String theirs() {
        return Host.rules()
                .replaceAll("(?s)table inet wharf_wharf0 \\{.*?\n\\}\n", "")
                .replaceAll("packets \\d+ bytes \\d+", "");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("neighbours")
    void both_live(String name, String rules) throws IOException {
        load(rules);
        String before = theirs();
        try (Engine engine = Engine.start(folder)) {
            Sandbox one = engine.join("a1", "bridge", "8080:80/tcp");
            Engine.await(engine.service.create(Request.named("front").build()));
            Sandbox two = engine.join("b1", "front", "8081:80/tcp");
            try (var inOne = Engine.inside(one).serveTcp("0.0.0.0", 80);
                    var inTwo = Engine.inside(two).serveTcp("0.0.0.0", 80);
                    var hidden = Engine.inside(one).serveTcp("0.0.0.0", 81);
                    var away = outside.peer.serveTcp(Outside.ADDRESS, 82)) {
                assertThat(outside.peer.callTcp(Outside.HOST, 8081)).isEqualTo(Outside.ADDRESS);
                assertThat(outside.peer.callTcp(Outside.HOST, 8080)).isEqualTo(Outside.ADDRESS);
                assertThat(Peer.HERE.callTcp("127.0.0.1", 8080)).isNotEmpty();
                assertThat(Engine.inside(one).callTcp(Outside.ADDRESS, 82)).isEqualTo(Outside.HOST);
                assertThat(Engine.inside(two).callTcp(Outside.ADDRESS, 82)).isEqualTo(Outside.HOST);
                assertThat(Engine.inside(two).callTcp(Outside.HOST, 8080)).isNotEmpty();
                assertThat(outside.peer.isShut(Engine.address(one), 81)).isTrue();
                assertThat(Engine.inside(two).isShut(Engine.address(one), 80)).isTrue();
                if (name.equals("kube-proxy")) {
                    assertThat(Engine.inside(one).callTcp("10.96.0.10", 80)).isEqualTo(Outside.HOST);
                }
                assertThat(inOne.isOpen() && inTwo.isOpen() && hidden.isOpen() && away.isOpen())
                        .isTrue();
                // Their tool writes its rules anew, as on a reload.
                load(rules.startsWith("table") ? "delete table inet firewalld\n" + rules : rules);
                await().atMost(Duration.ofSeconds(2)).ignoreExceptions().untilAsserted(() -> {
                    assertThat(outside.peer.callTcp(Outside.HOST, 8080)).isEqualTo(Outside.ADDRESS);
                    assertThat(Engine.inside(one).callTcp(Outside.ADDRESS, 82)).isEqualTo(Outside.HOST);
                });
            }
            if (rules.startsWith("*")) {
                // What is among their rules, their tool can show.
                assertThat(run(List.of("iptables", "-S", "FORWARD"), "")).doesNotContain("Error");
            }
            engine.leave("a1");
            engine.leave("b1");
            Engine.await(engine.service.remove("front"));
        }
        assertThat(theirs()).isEqualTo(before);
    }

    private static final String FORWARD4 = "/proc/sys/net/ipv4/ip_forward";
    private static final String FORWARD6 = "/proc/sys/net/ipv6/conf/all/forwarding";

    private static String unrouted(int version) {
        return Host.nft("list set inet wharf_wharf0 unrouted" + version);
    }

    private static boolean isOn(String path) {
        return SmallFiles.read(path).strip().equals("1");
    }

    @Test
    void linksThatDidNotPassOn_doNotBecauseOfThisEngine() {
        // Two networks of the host that never met, on a host that passed nothing on.
        SmallFiles.write(FORWARD4, "0");
        try (Engine engine = Engine.start(folder)) {
            engine.join("a1", "bridge");
            assertThat(unrouted(4)).contains("uplink0");
            assertThat(isOn(FORWARD4)).isTrue();
        }
        // With a container still there, all of it stands, and the next life knows of it from its first rule on.
        assertThat(unrouted(4)).contains("uplink0");
        try (Engine engine = Engine.start(folder)) {
            assertThat(unrouted(4)).contains("uplink0");
            engine.leave("a1");
        }
        assertThat(Host.rules()).isEmpty();
        assertThat(isOn(FORWARD4)).isFalse();
        // One that did already is the administrator's affair.
        SmallFiles.write(FORWARD4, "1");
        try (Engine engine = Engine.start(folder.resolve("other"))) {
            engine.join("a1", "bridge");
            assertThat(unrouted(4)).doesNotContain("uplink0");
            engine.leave("a1");
        }
        assertThat(isOn(FORWARD4)).isTrue();
    }

    @Test
    void routerOfOneFamily_staysOneWhenTheOtherIsTurnedOn() {
        SmallFiles.write(FORWARD4, "1");
        SmallFiles.write(FORWARD6, "0");
        try (Engine engine = Engine.start(folder)) {
            Engine.await(engine.service.create(Request.named("six").ipv6().build()));
            assertThat(isOn(FORWARD6)).isTrue();
            assertThat(unrouted(4)).doesNotContain("uplink0");
            assertThat(unrouted(6)).contains("uplink0");
            assertThat(Host.nft("list chain inet wharf_wharf0 forward"))
                    .contains("meta nfproto ipv6 iifname != @links iifname @unrouted6 oifname @unrouted6 drop");
            Engine.await(engine.service.remove("six"));
        }
        assertThat(isOn(FORWARD6)).isFalse();
        assertThat(isOn(FORWARD4)).isTrue();
    }

    @Test
    void switchThatOthersMayCountOn_staysOnAndSoDoesWhatProtectsTheRest() {
        SmallFiles.write(FORWARD4, "0");
        try (Engine engine = Engine.start(folder)) {
            engine.join("a1", "bridge");
            engine.leave("a1");
            try (Netlink netlink = Netlink.open()) {
                netlink.create("bridge", "late0");
            }
        }
        assertThat(isOn(FORWARD4)).isTrue();
        assertThat(unrouted(4)).contains("uplink0").doesNotContain("late0");
        try (Netlink netlink = Netlink.open()) {
            netlink.delete(netlink.link("late0").orElseThrow().index());
        }
        // Without it, the next end sets all back.
        Engine.start(folder).close();
        assertThat(isOn(FORWARD4)).isFalse();
        assertThat(Host.rules()).isEmpty();
    }
}
