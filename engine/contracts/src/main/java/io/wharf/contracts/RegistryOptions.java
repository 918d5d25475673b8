package io.wharf.contracts;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How registries are reached: the part of the configuration that can be read anew while the engine runs.
 *
 * @param insecure hosts, host:port or CIDR that may be asked over plain HTTP and with any certificate
 * @param mirrors base URLs asked first for Docker Hub's names
 * @param certificates folders with one folder a registry, which holds {@code hosts.toml} or certificates; the first
 *     that has a folder for a registry decides
 * @param proxies through which registries are asked
 * @param downloads layers fetched at a time
 * @param uploads layers sent at a time
 * @param attempts how often a download that makes no progress is tried
 */
public record RegistryOptions(
        List<String> insecure,
        List<String> mirrors,
        List<Path> certificates,
        Proxies proxies,
        int downloads,
        int uploads,
        int attempts) {
    public static final int DOWNLOADS = 3;
    public static final int UPLOADS = 5;
    public static final int ATTEMPTS = 5;

    /** Where Docker's users have their certificates, after the engine's own place. */
    public static final List<Path> CERTIFICATES =
            List.of(Path.of("/etc/wharf/certs.d"), Path.of("/etc/docker/certs.d"));

    /**
     * Proxies by the scheme that is asked for, as URLs, and the hosts that are asked without one: names with their
     * subdomains, addresses and networks, each with a port or not, separated by commas.
     */
    public record Proxies(
            @Nullable String http,
            @Nullable String https,
            @Nullable String none) {
        public static final Proxies NONE = new Proxies(null, null, null);
    }

    public RegistryOptions {
        insecure = List.copyOf(insecure);
        mirrors = List.copyOf(mirrors);
        certificates = List.copyOf(certificates);
    }

    public static RegistryOptions of(List<String> insecure, List<String> mirrors) {
        return new RegistryOptions(insecure, mirrors, CERTIFICATES, Proxies.NONE, DOWNLOADS, UPLOADS, ATTEMPTS);
    }
}
