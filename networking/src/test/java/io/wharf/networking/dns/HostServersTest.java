package io.wharf.networking.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.wharf.linux.NamespaceSockets;
import io.wharf.linux.Pools;
import org.junit.jupiter.api.Test;

/** The host's resolv.conf. */
class HostServersTest {
    private static final Vertx VERTX = Vertx.vertx();

    /** Servers of a host that names none; it reads nothing. */
    static HostServers none() {
        Pools closed = new Pools(1, 1);
        closed.close();
        NamespaceSockets sockets = new NamespaceSockets();
        sockets.close();
        return new HostServers(closed, new Outlet(VERTX.getOrCreateContext(), sockets, ""));
    }

    @Test
    void parse_takesServersAndOptions() {
        var parsed = HostServers.parse("""
                # nameserver 192.0.2.9
                ; comment
                search example.org
                nameserver 192.0.2.1
                  nameserver\tfd00::1  trailing
                nameserver
                options edns0 ndots:2
                options timeout:1
                """);
        assertThat(parsed.servers()).containsExactly("192.0.2.1", "fd00::1");
        assertThat(parsed.options()).containsExactly("edns0", "ndots:2", "timeout:1");
        assertThat(HostServers.wantDots(parsed.options())).isTrue();
    }
}
