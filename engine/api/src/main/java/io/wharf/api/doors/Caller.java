package io.wharf.api.doors;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import io.wharf.contracts.HostSockets;
import io.wharf.openapi.Role;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Who sends a request, and by which door. What it costs something to find out is found out when it is asked for, once a
 * connection; ask on the connection's event loop, while it is open.
 */
public final class Caller {
    private static final AttributeKey<Peer> PEER = AttributeKey.valueOf("wharf.peer");
    private static final AttributeKey<Optional<String>> CONTAINER = AttributeKey.valueOf("wharf.container");

    private final HttpConnection connection;
    private final Role role;
    private final HostSockets host;

    Caller(HttpServerRequest request, Role role, HostSockets host) {
        this.connection = request.connection();
        this.role = role;
        this.host = host;
    }

    /** What the door lets its callers do. */
    public Role role() {
        return role;
    }

    public Peer peer() {
        Peer known = channel().attr(PEER).get();
        return known == null ? found() : known;
    }

    /** Id of the container that the calling process lives in; of which engine, is for others to say. */
    public Optional<String> container() {
        Optional<String> known = channel().attr(CONTAINER).get();
        if (known != null) {
            return known;
        }
        Optional<String> container = channel() instanceof EpollDomainSocketChannel unix
                        && peer() instanceof Peer.Local process
                        && process.pid() > 0
                ? host.container(unix.fd().intValue(), process.pid())
                : Optional.empty();
        channel().attr(CONTAINER).set(container);
        return container;
    }

    private Peer found() {
        Peer peer = channel() instanceof EpollDomainSocketChannel unix ? process(unix) : remote();
        channel().attr(PEER).set(peer);
        return peer;
    }

    private static Peer process(EpollDomainSocketChannel unix) {
        try {
            PeerCredentials told = unix.peerCredentials();
            return new Peer.Local(told.pid(), told.uid(), told.gids().length == 0 ? -1 : told.gids()[0]);
        } catch (IOException e) {
            return new Peer.Anybody("unix");
        }
    }

    private Peer remote() {
        String address = String.valueOf(connection.remoteAddress());
        if (connection.isSsl()) {
            try {
                List<X509Certificate> chain = Stream.of(connection.sslSession().getPeerCertificates())
                        .map(X509Certificate.class::cast)
                        .toList();
                return new Peer.Certified(chain, address);
            } catch (SSLPeerUnverifiedException e) {
                // It was not asked for one.
            }
        }
        return new Peer.Anybody(address);
    }

    private Channel channel() {
        return ((ConnectionBase) connection).channel();
    }
}
