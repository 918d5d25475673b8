package io.wharf.api.doors;

import io.wharf.base.WharfException;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * Where a TCP socket listens.
 *
 * @param host name or address, that of IPv6 without brackets
 * @param port 0 for one that the kernel chooses
 */
public record TcpAddress(String host, int port) {
    private static final String SCHEME = "tcp://";
    private static final int PLAIN = 2375;
    private static final int TLS = 2376;
    private static final int LAST = 65_535;

    /**
     * Reads {@code tcp://host:port}; without a host it is localhost, without a port 2375, or 2376 with TLS.
     *
     * @throws WharfException INVALID_ARGUMENT, in dockerd's words
     */
    public static TcpAddress parse(String text, boolean tls) {
        String rest = text.startsWith(SCHEME) ? text.substring(SCHEME.length()) : text;
        String authority = rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
        if (authority.indexOf('/') >= 0) {
            throw refused(text, "should not contain a path element");
        }
        // A host that is left out is no URI to Java.
        String named = authority.isEmpty() || authority.charAt(0) == ':' ? "localhost" + authority : authority;
        try {
            URI uri = new URI(SCHEME + named).parseServerAuthority();
            if (uri.getHost() == null || uri.getUserInfo() != null) {
                throw refused(text, "no host and port");
            }
            int usual = tls ? TLS : PLAIN;
            int port = uri.getPort() < 0 ? usual : uri.getPort();
            if (port > LAST) {
                throw refused(text, "invalid port: " + port);
            }
            return new TcpAddress(uri.getHost().replace("[", "").replace("]", ""), port);
        } catch (URISyntaxException e) {
            throw refused(text, e.getReason());
        }
    }

    /** With the brackets that IPv6 needs. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    private static WharfException refused(String text, String reason) {
        return WharfException.invalid("invalid bind address (" + text + "): " + reason);
    }
}
