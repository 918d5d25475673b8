package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Names at 127.0.0.11 of containers in users' networks. */
class NamesTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    /** Asks 127.0.0.11 what its input's lines say, on one socket: name and type, or {@code tcp} behind them. */
    private static final String ASK = """
            import socket, struct, sys
            u = socket.socket(type=socket.SOCK_DGRAM)
            u.connect(('127.0.0.11', 53))
            def skip(m, i):
                while m[i] and m[i] < 192: i += 1 + m[i]
                return i + (2 if m[i] else 1)
            def text(m, i):
                out = []
                while m[i]:
                    if m[i] > 191: i = struct.unpack_from('>H', m, i)[0] & 0x3fff
                    else: out.append(m[i+1:i+1+m[i]].decode()); i += 1 + m[i]
                return '.'.join(out)
            for number, line in enumerate(sys.stdin):
                name, kind, *how = line.split()
                kind = {'A': 1, 'PTR': 12, 'MX': 15, 'TXT': 16, 'AAAA': 28}[kind]
                if kind == 12: name = '.'.join(reversed(name.split('.'))) + '.in-addr.arpa'
                q = struct.pack('>6H', number, 256, 1, 0, 0, 0)
                q += b''.join(bytes([len(l)]) + l.encode() for l in name.split('.')) + b'\\0' + struct.pack('>2H', kind, 1)
                try:
                    if how:
                        t = socket.create_connection(('127.0.0.11', 53), 5)
                        t.sendall(struct.pack('>H', len(q)) + q)
                        f = t.makefile('rb')
                        m = f.read(struct.unpack('>H', f.read(2))[0])
                    else:
                        u.settimeout(8)
                        u.send(q)
                        m = u.recv(4096)
                        while m[:2] != q[:2]: m = u.recv(4096)
                except OSError as e:
                    print('none', flush=True)
                    continue
                i, found = skip(m, 12) + 4, []
                for _ in range(struct.unpack_from('>H', m, 6)[0]):
                    i = skip(m, i)
                    k, _, _, n = struct.unpack_from('>2HIH', m, i)
                    i += 10
                    found.append(socket.inet_ntoa(m[i:i+4]) if k == 1 else text(m, i) if k == 12 else '?')
                    i += n
                print(['ok', 'malformed', 'failed', 'unknown', 'unable', 'refused'][m[3] & 15],
                    *(['cut'] if m[2] & 2 else []), *found, flush=True)
            """;

    /** Answers every name with 192.0.2.1; those that begin with {@code big} with 40 addresses, by TCP only. */
    private static final String SERVE = """
            import socket, struct, sys, threading
            def answer(q, tcp):
                n = 40 if q[13:16] == b'big' else 1
                cut = n > 1 and not tcp
                end = q.index(b'\\0', 12) + 5
                r = q[:2] + struct.pack('>H', 0x8180 | (0x200 if cut else 0)) + struct.pack('>4H', 1, 0 if cut else n, 0, 0)
                r += q[12:end]
                if not cut:
                    for i in range(n): r += b'\\xc0\\x0c' + struct.pack('>2HIH', 1, 1, 60, 4) + bytes([192, 0, 2, i + 1])
                return r
            u = socket.socket(type=socket.SOCK_DGRAM)
            u.bind(('', 53))
            t = socket.socket()
            t.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            t.bind(('', 53))
            t.listen()
            def streams():
                while True:
                    c = t.accept()[0]
                    f = c.makefile('rb')
                    a = answer(f.read(struct.unpack('>H', f.read(2))[0]), True)
                    c.sendall(struct.pack('>H', len(a)) + a)
            threading.Thread(target=streams, daemon=True).start()
            print('serving', flush=True)
            while True:
                q, peer = u.recvfrom(4096)
                u.sendto(answer(q, False), peer)
            """;

    private static Running asking(String container) {
        return Running.start(List.of("nsenter", "--net=" + netns(container), "python3", "-c", ASK), Map.of());
    }

    private static String netns(String container) {
        return "/proc/" + rig.ok("inspect", "-f", "{{.State.Pid}}", container) + "/ns/net";
    }

    /** The answer to one question, as {@code ok 172.18.0.2}. */
    private static String ask(String container, String question) {
        try (Running asking = asking(container)) {
            return asking.write(question + "\n").finish().ok().text();
        }
    }

    private static String start(String name, String network, String... flags) {
        String[] command = {"run", "-d", "--name", name, "--network", network};
        String[] all = java.util.stream.Stream.of(List.of(command), List.of(flags), List.of("busybox", "sleep", "1000"))
                .flatMap(List::stream)
                .toArray(String[]::new);
        return rig.ok(all);
    }

    private static String address(String container, String network) {
        return rig.ok(
                "inspect", "-f", "{{(index .NetworkSettings.Networks \"" + network + "\").IPAddress}}", container);
    }

    @Test
    void names_ofAllKinds_leadToTheContainer() {
        rig.ok("network", "create", "town");
        String id = start("shop", "town", "--network-alias", "store", "--hostname", "desk");
        start("buyer", "town");
        String shop = "ok " + address("shop", "town");
        try (Running asking = asking("buyer")) {
            for (String name : List.of("shop", "SHOP", "shop.town", "store", id.substring(0, 12))) {
                asking.write(name + " A\n").write(name + " A tcp\n");
            }
            asking.write("shop AAAA\n").write("shop MX\n").write(shop.substring(3) + " PTR\n");
            List<String> heard = asking.finish().ok().lines();
            assertThat(heard.subList(0, 10)).containsOnly(shop);
            assertThat(heard.subList(10, 13)).containsExactly("ok", "ok", "ok shop.town");
        }
        assertThat(rig.ok("exec", "buyer", "nslookup", "store")).contains("127.0.0.11", shop.substring(3));
        assertThat(rig.ok("exec", "buyer", "cat", "/etc/resolv.conf").lines())
                .contains("nameserver 127.0.0.11", "options ndots:0");
        rig.ok("rename", "shop", "market");
        assertThat(ask("buyer", "market A")).isEqualTo(shop);
    }

    @Test
    void sharedAlias_leadsToAll_inChangingOrder() {
        rig.ok("network", "create", "town");
        IntStream.rangeClosed(1, 3).forEach(i -> start("shop" + i, "town", "--network-alias", "shops"));
        try (Running asking = asking("shop1")) {
            asking.write("shops A\n".repeat(60));
            List<String> heard = asking.finish().ok().lines();
            String[] all = IntStream.rangeClosed(1, 3)
                    .mapToObj(i -> address("shop" + i, "town"))
                    .toArray(String[]::new);
            assertThat(heard)
                    .allSatisfy(line -> assertThat(line.substring(3).split(" ")).containsExactlyInAnyOrder(all));
            assertThat(heard.stream().map(line -> line.split(" ")[1]).distinct())
                    .hasSize(3);
        }
        rig.ok("rm", "-f", "shop2");
        assertThat(ask("shop1", "shops A").split(" ")).hasSize(3).doesNotContain("shop2");
    }

    @Test
    void link_isTheLinkingContainersOwn() {
        rig.ok("network", "create", "town");
        start("shop", "town");
        start("buyer", "town", "--link", "shop:corner", "--dns", "192.0.2.9");
        String shop = "ok " + address("shop", "town");
        assertThat(ask("buyer", "corner A")).isEqualTo(shop);
        assertThat(ask("buyer", "corner.town A")).isEqualTo(shop);
        assertThat(ask("shop", "corner A")).isNotEqualTo(shop);
    }

    @Test
    void networks_areJoinedAndLeft_whileItRuns() {
        rig.ok("network", "create", "town");
        start("shop", "town");
        start("buyer", "bridge");
        String inode = rig.ok("exec", "buyer", "stat", "-c", "%i", "/etc/resolv.conf");
        rig.ok("network", "connect", "--alias", "client", "town", "buyer");
        assertThat(rig.ok("exec", "buyer", "cat", "/etc/resolv.conf").lines()).contains("nameserver 127.0.0.11");
        assertThat(rig.ok("exec", "buyer", "stat", "-c", "%i", "/etc/resolv.conf"))
                .isEqualTo(inode);
        assertThat(ask("buyer", "shop A")).isEqualTo("ok " + address("shop", "town"));
        String own = address("buyer", "town");
        assertThat(ask("shop", "client A")).isEqualTo("ok " + own);
        assertThat(rig.ok("exec", "buyer", "cat", "/etc/hosts")).contains(own);
        rig.ok("network", "disconnect", "town", "buyer");
        assertThat(ask("shop", "client A")).doesNotContain(own);
        assertThat(rig.ok("exec", "buyer", "cat", "/etc/hosts")).doesNotContain(own);
    }

    @Test
    void ownServers_areAsked_byUdpAndTcp() {
        rig.ok("network", "create", "town");
        try (Running server = rig.machine().startInNeighbour("python3", "-c", SERVE)) {
            server.awaitOut("serving");
            start("buyer", "town", "--dns", Machine.NEIGHBOUR);
            // Rules of a network that has just been made let its first packets through, or soon.
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> ask("buyer", "www.example A").equals("ok 192.0.2.1"));
            assertThat(ask("buyer", "www.example A tcp")).isEqualTo("ok 192.0.2.1");
            assertThat(ask("buyer", "big.example A")).startsWith("ok cut");
            assertThat(ask("buyer", "big.example A tcp").split(" ")).hasSize(41);
            assertThat(ask("buyer", "buyer A")).isEqualTo("ok " + address("buyer", "town"));
        }
    }

    @Test
    @WharfOnly("waits four seconds for a dead server, for each question; cuts an answer to nothing")
    void deadServer_costsLittle_andOneNotice() {
        rig.ok("network", "create", "town");
        try (Running server = rig.machine().startInNeighbour("python3", "-c", SERVE)) {
            server.awaitOut("serving");
            start("buyer", "town", "--dns", "198.51.100.77", "--dns", Machine.NEIGHBOUR);
            try (Running asking = asking("buyer")) {
                long begun = System.nanoTime();
                asking.write("first.example A\n").awaitOut("ok 192.0.2.1");
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Patience.of(Duration.ofSeconds(3)));
                begun = System.nanoTime();
                // Not a wait for each of them.
                asking.write("next.example A\n".repeat(50)).finish().ok();
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Patience.of(Duration.ofSeconds(6)));
            }
            // What fits of an answer that came by TCP.
            assertThat(ask("buyer", "big.example A").split(" ")).hasSizeGreaterThan(25);
        }
    }

    @Test
    @WharfOnly("20.10 does not answer such a question; later ones do, as here")
    void internalNetwork_asksNobodyThroughTheHost() {
        rig.ok("network", "create", "--internal", "cellar");
        start("stock", "cellar");
        start("wine", "cellar");
        assertThat(ask("stock", "wine A")).isEqualTo("ok " + address("wine", "cellar"));
        assertThat(ask("stock", "www.example A")).isEqualTo("failed");
    }

    @Test
    void container_mayServeNamesItself() {
        rig.ok("network", "create", "town");
        start("buyer", "town");
        try (Running server =
                Running.start(List.of("nsenter", "--net=" + netns("buyer"), "python3", "-c", SERVE), Map.of())) {
            server.awaitOut("serving");
            assertThat(ask("buyer", "buyer A")).isEqualTo("ok " + address("buyer", "town"));
            assertThat(ask("buyer", "buyer A tcp")).isEqualTo("ok " + address("buyer", "town"));
        }
    }

    @Test
    @WharfOnly("after a restart its server stands at another port, which open sockets do not find")
    void killedEngine_isBack_forSocketsThatAreOpen() {
        rig.ok("network", "create", "town");
        start("shop", "town", "--network-alias", "store");
        start("buyer", "town");
        String shop = "ok " + address("shop", "town");
        try (Running asking = asking("buyer")) {
            asking.write("store A\n").awaitOut(shop);
            rig.engine().kill();
            rig.engine().start();
            asking.write("shop A\n").write("store A tcp\n");
            assertThat(asking.finish().ok().lines()).containsExactly(shop, shop, shop);
        }
        start("late", "town");
        assertThat(ask("buyer", "late A")).isEqualTo("ok " + address("late", "town"));
        rig.ok("rm", "-f", "shop");
        assertThat(ask("buyer", "shop A")).isNotEqualTo(shop);
    }
}
