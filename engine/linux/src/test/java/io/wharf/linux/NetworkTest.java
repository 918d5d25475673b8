package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Links and rules are made in namespaces of the test alone; the host's are not touched. */
@ExtendWith(OpenDescriptors.class)
class NetworkTest {
    private final NetworkNamespaces namespaces = NetworkNamespaces.real();

    @TempDir
    private Path folder = Path.of("/");

    private String host = "";
    private String inner = "";

    @BeforeEach
    void create() {
        host = folder.resolve("host").toString();
        inner = folder.resolve("inner").toString();
        namespaces.create(host);
        namespaces.create(inner);
    }

    @AfterEach
    void delete() {
        namespaces.delete(host);
        namespaces.delete(inner);
        assertThat(MountTable.read().atOrBelow(folder.toString())).isEmpty();
    }

    private static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }

    @Test
    void linkNames_tellWhatThereIs() {
        try (Netlink netlink = Netlink.openIn(namespaces, host)) {
            int link = netlink.createBridge("names0", null, 0);
            assertThat(existsInHost("names0")).isTrue();
            assertThat(existsInHost("names1")).isFalse();
            assertThat(existsInHost("")).isFalse();
            assertThat(existsInHost("a-name-that-is-too-long-for-any-link")).isFalse();
            netlink.delete(link);
            assertThat(existsInHost("names0")).isFalse();
        }
    }

    private boolean existsInHost(String name) {
        return namespaces.in(host, () -> LinkNames.exists(name));
    }

    @Test
    void namespace_isNewAndLeavesNoTrace() {
        assertThat(namespaces.exists(host)).isTrue();
        var before = Entries.readLink("/proc/thread-self/ns/net");
        var inside = namespaces.in(host, () -> Entries.readLink("/proc/thread-self/ns/net"));
        assertThat(inside).isNotEqualTo(before);
        assertThat(Entries.readLink("/proc/thread-self/ns/net")).isEqualTo(before);
        assertThatThrownBy(() -> namespaces.create(host)).hasMessageContaining("EEXIST");
        namespaces.delete(inner);
        assertThat(namespaces.exists(inner)).isFalse();
        namespaces.delete(inner);
        assertThatThrownBy(() -> namespaces.in("/etc/passwd", () -> 1)).hasMessageContaining("setns(\"/etc/passwd\"");
        assertThatThrownBy(() -> namespaces.create(folder + "/no/such")).hasMessageContaining("ENOENT");
    }

    @Test
    void namespace_isMadeWithWhatIsDoneInIt_orNotAtAll() {
        var path = folder + "/at-once";
        try {
            var here = Entries.readLink("/proc/thread-self/ns/net");
            var inside = namespaces.create(path, handle -> Entries.readLink("/proc/thread-self/ns/net"));
            assertThat(inside)
                    .isNotEqualTo(here)
                    .isEqualTo(namespaces.in(path, () -> Entries.readLink("/proc/thread-self/ns/net")));
        } finally {
            namespaces.delete(path);
        }
        assertThatThrownBy(() -> namespaces.create(path, handle -> {
                    throw new IllegalStateException("refused");
                }))
                .hasMessage("refused");
        assertThat(Path.of(path)).doesNotExist();
    }

    @Test
    void vethIntoNamespace_onBridge_withAddressesAndRoutes() {
        try (var links = Netlink.openIn(namespaces, host);
                var inside = Netlink.openIn(namespaces, inner);
                var namespace = namespaces.open(inner)) {
            var bridge = links.createBridge("br0", MacAddress.parse("02:42:00:00:00:01"), 1400);
            links.addAddress(bridge, ip("10.9.0.1"), 16);
            links.up(bridge);
            var mac = MacAddress.parse("02:42:0a:09:00:02");
            var veth = links.createVeth(new Veth("veth0", null, bridge, 1400, "eth0", mac, namespace));
            links.up(veth);
            links.hairpin(veth, true);
            var eth = inside.link("eth0").orElseThrow();
            inside.addAddress(eth.index(), ip("10.9.0.2"), 16);
            inside.addAddress(eth.index(), ip("fd00::2"), 64);
            inside.up(eth.index());
            inside.up(inside.link("lo").orElseThrow().index());
            inside.addRoute(Route.defaultVia(ip("10.9.0.1"), eth.index()));
            inside.addRoute(Route.onLink(ip("10.77.0.0"), 24, eth.index()));

            eth = inside.link("eth0").orElseThrow();
            assertThat(eth.mac()).contains(mac);
            assertThat(eth.kind()).isEqualTo("veth");
            assertThat(eth.mtu()).isEqualTo(1400);
            assertThat(eth.isUp()).isTrue();
            assertThat(eth.peer()).isEqualTo(veth);
            assertThat(links.link(veth).orElseThrow().master()).isEqualTo(bridge);
            assertThat(links.links()).extracting(Link::name).contains("lo", "br0", "veth0");
            var made = links.link("br0").orElseThrow();
            assertThat(made.kind()).isEqualTo("bridge");
            assertThat(made.mac().orElseThrow()).hasToString("02:42:00:00:00:01");
            assertThat(inside.addresses())
                    .contains(
                            new LinkAddress(eth.index(), ip("10.9.0.2"), 16),
                            new LinkAddress(eth.index(), ip("fd00::2"), 64));
            var routes = inside.routes();
            assertThat(routes)
                    .contains(
                            Route.defaultVia(ip("10.9.0.1"), eth.index()),
                            Route.onLink(ip("10.77.0.0"), 24, eth.index()));
            var seen = namespaces.in(host, () -> SmallFiles.read("/proc/thread-self/net/dev"));
            assertThat(seen).contains(" br0:", " veth0:").doesNotContain(" eth0:");
            assertThat(SmallFiles.read("/proc/thread-self/net/dev")).doesNotContain("br0:");

            inside.deleteRoute(Route.defaultVia(ip("10.9.0.1"), eth.index()));
            inside.deleteAddress(eth.index(), ip("10.9.0.2"), 16);
            assertThat(inside.routes()).noneMatch(Route::isDefault);
            var index = eth.index();
            assertThatThrownBy(() -> inside.deleteRoute(Route.defaultVia(ip("10.9.0.1"), index)))
                    .hasMessageContaining("ESRCH");
            assertThatThrownBy(() -> links.createBridge("br0", null, 0)).hasMessageContaining("EEXIST");
            assertThatThrownBy(() -> links.addAddress(bridge, ip("10.9.0.1"), 16))
                    .hasMessageContaining("EEXIST");
            links.master(veth, 0);
            links.down(veth);
            links.rename(veth, "other0");
            links.mtu(veth, 1300);
            links.mac(veth, MacAddress.parse("02-00-00-00-00-07"));
            assertThat(links.link("other0").orElseThrow().mtu()).isEqualTo(1300);
            assertThat(links.link("other0").orElseThrow().master()).isZero();
            links.delete(veth);
            assertThat(inside.link("eth0")).isEqualTo(Optional.empty());
            assertThatThrownBy(() -> links.delete(veth)).hasMessageContaining("ENODEV");
            assertThatThrownBy(() -> links.create("nonsense", "x0"))
                    .hasMessageStartingWith("RTM_NEWLINK(\"nonsense\", \"x0\")")
                    .hasMessageContaining("Unknown device type");
        }
    }

    @Test
    void link_movesIntoNamespace() {
        try (var links = Netlink.openIn(namespaces, host);
                var inside = Netlink.openIn(namespaces, inner);
                var namespace = namespaces.open(inner)) {
            var veth = links.createVeth(new Veth("a0", null, 0, 0, "b0", null, null));
            assertThat(links.link("b0")).isPresent();
            links.move(veth, namespace);
            assertThat(links.link("a0")).isEmpty();
            assertThat(inside.link("a0")).isPresent();
        }
    }

    @Test
    void vethSetUp_isQuick() {
        try (var links = Netlink.openIn(namespaces, host)) {
            var bridge = links.createBridge("br0", null, 0);
            links.up(bridge);
            var best = Long.MAX_VALUE;
            for (var i = 0; i < 20; i++) {
                var start = System.nanoTime();
                try (var namespace = namespaces.open(inner);
                        var inside = Netlink.openIn(namespaces, inner)) {
                    var veth = links.createVeth(new Veth("v" + i, null, bridge, 0, "e" + i, null, namespace));
                    links.up(veth);
                    var eth = inside.link("e" + i).orElseThrow().index();
                    inside.addAddress(eth, ip("10.9.0." + (i + 2)), 16);
                    inside.up(eth);
                    best = Math.min(best, System.nanoTime() - start);
                }
            }
            System.out.println("veth set-up " + best / 1000 + " µs");
            assertThat(best).isLessThan(20_000_000);
        }
    }

    @Test
    void socketsOfNamespace_serveFromOutside() {
        try (var inside = Netlink.openIn(namespaces, inner)) {
            inside.up(inside.link("lo").orElseThrow().index());
        }
        var udp = namespaces.in(inner, () -> InetSockets.udp(ip("127.0.0.11"), 0));
        var tcp = namespaces.in(inner, () -> InetSockets.tcpListener(ip("::1"), 5353, 10));
        assertThat(InetSockets.port(udp)).isPositive();
        assertThat(InetSockets.port(tcp)).isEqualTo(5353);
        var table = namespaces.in(inner, () -> SmallFiles.read("/proc/thread-self/net/tcp6"));
        assertThat(table).contains(":14E9");
        assertThat(SmallFiles.read("/proc/thread-self/net/tcp6")).doesNotContain(":14E9");
        assertThatThrownBy(() -> namespaces.in(inner, () -> InetSockets.tcpListener(ip("::1"), 5353, 10)))
                .hasMessageContaining("EADDRINUSE");
        udp.close();
        tcp.close();
    }

    @Test
    void sysctl_insideNamespace_isItsOwn() {
        namespaces.in(inner, () -> SmallFiles.write("/proc/sys/net/ipv4/ip_forward", "1"));
        assertThat(namespaces.in(inner, () -> SmallFiles.read("/proc/sys/net/ipv4/ip_forward")))
                .isEqualTo("1\n");
    }

    @Test
    void nftables_runsListsAndRefuses() {
        try (var nft = Nftables.openIn(namespaces, host)) {
            nft.run("add table inet t; add chain inet t c { type filter hook forward priority 0; }\n"
                    + "add rule inet t c iifname \"br0\" counter accept");
            assertThat(nft.run("list table inet t")).contains("iifname \"br0\"", "hook forward");
            assertThat(nft.runJson("list table inet t"))
                    .startsWith("{\"nftables\":")
                    .contains("\"br0\"");
            assertThat(nft.run("list table inet t")).doesNotContain("nftables");
            assertThatThrownBy(() -> nft.run("add table inet u; add rule inet none c accept"))
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
                    .hasMessageContaining("add rule inet none c accept");
            assertThat(nft.run("list tables")).isEqualTo("table inet t\n");
            assertThatThrownBy(() -> nft.run("this is no rule")).hasMessageContaining("syntax error");
        }
        try (var nft = Nftables.open()) {
            assertThat(nft.run("list tables")).doesNotContain("table inet t\n");
        }
    }
}
