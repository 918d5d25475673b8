package io.wharf.images.registry;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One place where a registry's repositories may be had.
 *
 * @param base URL of its API without a slash at the end, such as {@code https://host:5000/v2}
 * @param can what it may be asked for
 * @param tls how its certificate is checked and which one it is shown
 * @param headers sent with every request
 * @param dialMillis how long a connection may take
 * @param namespace the registry for which this is a mirror, told to it as {@code ?ns=}; null where it need not know
 * @param mirror whether another's credentials are not for it, and its refusal leaves the next host to be asked
 * @param fallback whether it is asked only where the host before it does not speak: a registry's other protocol
 */
record RegistryHost(
        String base,
        Set<Capability> can,
        Tls tls,
        Map<String, List<String>> headers,
        int dialMillis,
        @Nullable String namespace,
        boolean mirror,
        boolean fallback) {
    static final int DIAL_MILLIS = 30_000;

    /** What a host may be asked for: a tag's digest, content by digest, and to take content. */
    enum Capability {
        PULL,
        RESOLVE,
        PUSH
    }

    RegistryHost {
        can = Set.copyOf(can);
        headers = Map.copyOf(headers);
    }

    /** A registry itself, at the usual place. */
    static RegistryHost of(String scheme, String authority, Tls tls, boolean fallback) {
        return new RegistryHost(
                scheme + "://" + authority + "/v2",
                Set.of(Capability.values()),
                tls,
                Map.of(),
                DIAL_MILLIS,
                null,
                false,
                fallback);
    }

    boolean isPlain() {
        return base.startsWith("http://");
    }

    String authority() {
        return URI.create(base).getRawAuthority();
    }

    RegistryHost asFallback(boolean now) {
        return new RegistryHost(base, can, tls, headers, dialMillis, namespace, mirror, now);
    }
}
