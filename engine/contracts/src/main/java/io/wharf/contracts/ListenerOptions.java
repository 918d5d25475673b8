package io.wharf.contracts;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who may come in, and how.
 *
 * @param group owner of unix sockets, by name or number; empty for root's
 * @param sockets further unix sockets, whose callers may do less
 * @param tls of tcp sockets; empty for none
 * @param plainTcp whether somebody said that tcp goes without TLS
 * @param audit whether requests that change something leave an event
 * @param authorizationPlugins asked for each request, in this order
 */
public record ListenerOptions(
        String group,
        List<RoleSocket> sockets,
        Optional<Tls> tls,
        boolean plainTcp,
        boolean audit,
        List<String> authorizationPlugins) {
    /** An engine that was told nothing. */
    public static final ListenerOptions USUAL =
            new ListenerOptions("docker", List.of(), Optional.empty(), false, true, List.of());

    public ListenerOptions {
        sockets = List.copyOf(sockets);
        authorizationPlugins = List.copyOf(authorizationPlugins);
    }

    /** These with what may change while the engine runs, taken from others. */
    public ListenerOptions adjusted(ListenerOptions now) {
        return new ListenerOptions(group, sockets, tls, plainTcp, audit, now.authorizationPlugins);
    }

    /**
     * A unix socket of its own.
     *
     * @param path where clients look for it
     * @param group its owner, or null for that of the others
     * @param mode bits of its mode, as 0660
     * @param role what its callers may do, in the contract's words
     */
    public record RoleSocket(Path path, @Nullable String group, int mode, String role) {}

    /**
     * Keys and certificates in PEM.
     *
     * @param verify whether clients must show a certificate of the authority
     * @param authority who signs the clients' certificates
     * @param certificate the engine's own, with those between it and its authority
     * @param key of that certificate
     */
    public record Tls(boolean verify, Path authority, Path certificate, Path key) {}
}
