package io.wharf.images.registry;

import io.wharf.base.WharfException;
import io.wharf.contracts.RegistryOptions;
import io.wharf.images.spec.Reference;
import io.wharf.linux.HostNames;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where the repositories of a registry are looked for, and in which order. It is read from the disk each time, so that a
 * change counts from the next pull on.
 *
 * <p>A folder of the registry's name (or {@code host_port_}, or {@code _default}) in a folder of certificates decides:
 * with a {@code hosts.toml} as that says; else with the certificates that lie there as Docker reads them: {@code *.crt} of
 * authorities, {@code *.cert} with {@code *.key} of the engine itself.
 */
final class HostsTable {
    private static final String HUB_HOST = "registry-1.docker.io";
    private static final String HOSTS = "hosts.toml";
    private static final String DEFAULT = "_default";

    private final RegistryOptions options;
    private final Map<String, List<InetAddress>> addresses;

    /**
     * A table for one registry.
     *
     * @param addresses of the {@link #names} in it; one that is missing is in no network
     */
    HostsTable(RegistryOptions options, Map<String, List<InetAddress>> addresses) {
        this.options = options;
        this.addresses = addresses;
    }

    /** The names whose addresses decide whether TLS may be left out; none where no network is named as insecure. */
    static Set<String> names(RegistryOptions options, String domain) {
        if (options.insecure().stream().noneMatch(one -> one.indexOf('/') > 0)) {
            return Set.of();
        }
        List<String> asked = domain.equals(Reference.HUB)
                ? options.mirrors().stream()
                        .map(HostsTable::baseOf)
                        .map(HostsTable::authorityOf)
                        .toList()
                : List.of(domain);
        return asked.stream()
                .map(HostsTable::hostOf)
                .filter(host -> !host.equals("localhost") && !HostNames.isAddress(host))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The hosts of a registry, first the one to be asked first. Reads files. */
    List<RegistryHost> read(String domain) throws IOException {
        boolean hub = domain.equals(Reference.HUB);
        boolean insecure = !hub && isInsecure(domain);
        String authority = hub ? HUB_HOST : domain;
        Path folder = folder(domain);
        Tls given = folder == null || Files.exists(folder.resolve(HOSTS)) ? Tls.USUAL : docker(folder, insecure);
        Tls tls = given.equals(Tls.USUAL) && insecure ? Tls.ANY : given;
        RegistryHost usual = RegistryHost.of("https", authority, tls, false);
        if (folder != null && Files.exists(folder.resolve(HOSTS))) {
            List<RegistryHost> hosts = HostsFile.read(folder.resolve(HOSTS), domain, usual);
            boolean kept = hosts.getLast().base().equals(usual.base());
            if (insecure && kept) {
                hosts.add(RegistryHost.of("http", authority, Tls.ANY, true));
            }
            return hosts;
        }
        List<RegistryHost> hosts = new ArrayList<>();
        if (hub) {
            for (String mirror : options.mirrors()) {
                hosts.add(mirror(mirror));
            }
        }
        hosts.add(usual);
        if (insecure) {
            hosts.add(RegistryHost.of("http", authority, Tls.ANY, true));
        }
        return hosts;
    }

    private RegistryHost mirror(String url) throws IOException {
        String base = baseOf(url);
        String authority = authorityOf(base);
        boolean insecure = isInsecure(authority);
        Path folder = folderNamed(authority);
        Tls tls = folder == null ? Tls.USUAL : docker(folder, insecure);
        return new RegistryHost(
                base + "/v2",
                Set.of(RegistryHost.Capability.PULL, RegistryHost.Capability.RESOLVE),
                tls.equals(Tls.USUAL) && insecure ? Tls.ANY : tls,
                Map.of(),
                RegistryHost.DIAL_MILLIS,
                null,
                true,
                false);
    }

    private @Nullable Path folder(String domain) {
        Path named = folderNamed(domain);
        return named == null ? find(DEFAULT) : named;
    }

    private @Nullable Path folderNamed(String domain) {
        int colon = domain.lastIndexOf(':');
        Path marked = colon <= domain.lastIndexOf(']') || colon <= 0
                ? null
                : find(domain.substring(0, colon) + "_" + domain.substring(colon + 1) + "_");
        return marked == null ? find(domain) : marked;
    }

    private @Nullable Path find(String name) {
        for (Path certificates : options.certificates()) {
            Path folder = certificates.resolve(name);
            if (Files.isDirectory(folder)) {
                return folder;
            }
        }
        return null;
    }

    private static Tls docker(Path folder, boolean insecure) throws IOException {
        List<Path> authorities = new ArrayList<>();
        List<Tls.Pair> keys = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            entries.forEach(files::add);
        }
        files.sort(null);
        for (Path file : files) {
            String name = file.getFileName().toString();
            if (name.endsWith(".crt")) {
                authorities.add(file);
            } else if (name.endsWith(".cert")) {
                Path key = file.resolveSibling(name.substring(0, name.length() - 5) + ".key");
                if (!Files.exists(key)) {
                    throw WharfException.internal("missing key " + key.getFileName() + " for client certificate " + name
                            + ". CA certificates must use the extension .crt");
                }
                keys.add(new Tls.Pair(file, key));
            } else if (name.endsWith(".key")
                    && !Files.exists(file.resolveSibling(name.substring(0, name.length() - 4) + ".cert"))) {
                throw WharfException.internal(
                        "missing client certificate " + name.substring(0, name.length() - 4) + ".cert for key " + name);
            }
        }
        return authorities.isEmpty() && keys.isEmpty() ? Tls.USUAL : Tls.of(authorities, keys, insecure);
    }

    /** Whether the registry may be asked in clear text and with any certificate: always so on this machine. */
    boolean isInsecure(String domain) {
        String host = withoutPort(domain);
        String bare = hostOf(domain);
        return bare.equals("localhost")
                || Cidr.contains("127.0.0.0/8", bare)
                || Cidr.contains("::1/128", bare)
                || options.insecure().stream()
                        .anyMatch(one ->
                                one.equals(domain) || one.equals(host) || (one.indexOf('/') > 0 && isIn(one, bare)));
    }

    private static String baseOf(String mirror) {
        String base = mirror.indexOf("://") < 0 ? "https://" + mirror : mirror;
        while (base.endsWith("/")) {
            base = base.substring(0, base.length() - 1);
        }
        return base;
    }

    private static String authorityOf(String base) {
        return base.substring(base.indexOf("://") + 3).replaceFirst("/.*", "");
    }

    private static String withoutPort(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
    }

    private static String hostOf(String authority) {
        return withoutPort(authority).replace("[", "").replace("]", "");
    }

    /** A name is in a network where one of its addresses is, as in Docker. */
    private boolean isIn(String network, String host) {
        return HostNames.isAddress(host)
                ? Cidr.contains(network, host)
                : addresses.getOrDefault(host, List.of()).stream()
                        .anyMatch(address -> Cidr.contains(network, address.getHostAddress()));
    }
}
