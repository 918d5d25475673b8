package io.wharf.networking;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.linux.Netlink;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BridgeTest {
    @TempDir
    private Path folder = Path.of("/");

    @Test
    void join_isQuick() {
        try (Netlink netlink = Netlink.open()) {
            netlink.up(1);
        }
        try (Engine engine = Engine.start(folder)) {
            for (int i = 0; i < 30; i++) {
                long e = System.nanoTime();
                engine.join("n" + i, "none");
                long f = System.nanoTime();
                engine.leave("n" + i);
                long g = System.nanoTime();
                engine.join("p" + i, "bridge");
                long h = System.nanoTime();
                engine.leave("p" + i);
                System.out.println(
                        "none join " + (f - e) / 1000 + " leave " + (g - f) / 1000 + " bridge join " + (h - g) / 1000);
                long a = System.nanoTime();
                var one = engine.join("c" + i, "bridge", (8080 + i) + ":80/tcp");
                long b = System.nanoTime();
                try (var server = Engine.inside(one).serveTcp("0.0.0.0", 80)) {
                    assertThat(Peer.HERE.callTcp("127.0.0.1", 8080 + i)).isEqualTo("172.17.0.1");
                } catch (java.io.IOException x) {
                    throw new java.io.UncheckedIOException(x);
                }
                long c = System.nanoTime();
                engine.leave("c" + i);
                long d = System.nanoTime();
                System.out.println("join " + (b - a) / 1000 + " leave " + (d - c) / 1000);
            }
        }
    }
}
