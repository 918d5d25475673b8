package io.wharf.images.registry;

import io.netty.util.NetUtil;
import io.wharf.base.WharfException;
import io.wharf.contracts.RegistryOptions;
import io.wharf.images.spec.Reference;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

    HostsTable(RegistryOptions options) {
        this.options = options;
    }

    /** The hosts of a registry, first the one to be asked first. Blocks. */
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
        String base = url.indexOf("://") < 0 ? "https://" + url : url;
        while (base.endsWith("/")) {
            base = base.substring(0, base.length() - 1);
        }
        String authority = base.substring(base.indexOf("://") + 3).replaceFirst("/.*", "");
        boolean insecure = isInsecure(authority);
        Path folder = folderNamed(authority);
        Tls tls = folder == null ? Tls.USUAL : docker(folder, insecure);
        return new RegistryHost(
                base + "/v2",
                java.util.Set.of(RegistryHost.Capability.PULL, RegistryHost.Capability.RESOLVE),
                tls.equals(Tls.USUAL) && insecure ? Tls.ANY : tls,
                java.util.Map.of(),
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
        int colon = domain.lastIndexOf(':');
        String host = colon > domain.lastIndexOf(']') ? domain.substring(0, colon) : domain;
        String bare = host.replace("[", "").replace("]", "");
        return bare.equals("localhost")
                || Cidr.contains("127.0.0.0/8", bare)
                || Cidr.contains("::1/128", bare)
                || options.insecure().stream()
                        .anyMatch(one ->
                                one.equals(domain) || one.equals(host) || (one.indexOf('/') > 0 && isIn(one, bare)));
    }

    /** A name is in a network where one of its addresses is, as in Docker. Blocks for a name. */
    private static boolean isIn(String network, String host) {
        if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
            return Cidr.contains(network, host);
        }
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (Cidr.contains(network, address.getHostAddress())) {
                    return true;
                }
            }
        } catch (UnknownHostException e) {
            // Whoever asks it next will be told so.
        }
        return false;
    }
}
