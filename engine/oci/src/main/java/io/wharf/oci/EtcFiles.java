package io.wharf.oci;

import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ContainerDetail;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.NetworkService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The files of a container that tell it who it is: {@code /etc/hostname}, {@code hosts} and {@code resolv.conf}. */
public record EtcFiles(Path hostname, Path hosts, Path resolvConf) {
    private static final String DEFAULT_HOSTS = """
            127.0.0.1\tlocalhost
            ::1\tlocalhost ip6-localhost ip6-loopback
            fe00::\tip6-localnet
            ff00::\tip6-mcastprefix
            ff02::1\tip6-allnodes
            ff02::2\tip6-allrouters
            """;
    private static final String HOST_GATEWAY = "host-gateway";
    private static final int LONGEST_HOSTS = 1 << 20;

    /** Where they lie in a container's folder ({@code Layout.container(id)}), written or not. */
    public static EtcFiles in(Path folder) {
        return new EtcFiles(folder.resolve("hostname"), folder.resolve("hosts"), folder.resolve("resolv.conf"));
    }

    /**
     * Writes the three anew, as each start does; on a thread that may block.
     *
     * @param folder the container's own, which exists
     * @param gateway addresses that {@code host-gateway} stands for, between commas; empty for none
     */
    public static EtcFiles write(
            Path folder, ContainerConfig config, HostConfig host, NetworkService.Sandbox sandbox, String gateway) {
        return write(folder, config, host, sandbox, gateway, List.of());
    }

    /** The same with more lines of the hosts file. */
    public static EtcFiles write(
            Path folder,
            ContainerConfig config,
            HostConfig host,
            NetworkService.Sandbox sandbox,
            String gateway,
            List<String> moreHosts) {
        EtcFiles files = in(folder);
        boolean hostNetwork = sandbox.netnsPath().isEmpty();
        try {
            put(files.hostname, config.hostname() + "\n");
            put(files.hosts, hosts(config, host, sandbox, gateway, hostNetwork, moreHosts));
            ResolvConf.write(files.resolvConf, ResolvConf.of(host, sandbox, hostNetwork));
        } catch (IOException e) {
            throw WharfException.internal("cannot write the files of /etc for a container: " + e.getMessage(), e);
        }
        return files;
    }

    // In place: a running container has the file itself mounted, and a new file in its place would not reach it.
    private static void put(Path file, String text) throws IOException {
        Files.writeString(file, text);
    }

    private static String hosts(
            ContainerConfig config,
            HostConfig host,
            NetworkService.Sandbox sandbox,
            String gateway,
            boolean hostNetwork,
            List<String> moreHosts)
            throws IOException {
        StringBuilder text = new StringBuilder();
        if (hostNetwork) {
            Path own = Path.of("/etc/hosts");
            text.append(Files.exists(own) ? Files.readString(own, StandardCharsets.ISO_8859_1) : DEFAULT_HOSTS);
            if (!text.isEmpty() && text.charAt(text.length() - 1) != '\n') {
                text.append('\n');
            }
        } else {
            text.append(DEFAULT_HOSTS);
        }
        for (String extra : host.extraHosts()) {
            text.append(extraLine(extra, gateway));
        }
        moreHosts.forEach(line -> text.append(line).append('\n'));
        if (!hostNetwork) {
            String names = names(config);
            for (String address : addresses(sandbox)) {
                text.append(address).append('\t').append(names).append('\n');
            }
        }
        return text.toString();
    }

    /** Gives a name of the hosts file, the first of its line, another address; on a thread that may block. */
    public void readdress(String name, String address) throws IOException {
        refuseLong();
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(hosts, StandardCharsets.ISO_8859_1)) {
            int tab = line.indexOf('\t');
            boolean named = tab > 0
                    && (line.substring(tab + 1).equals(name)
                            || line.substring(tab + 1).startsWith(name + " "));
            lines.add(named ? address + line.substring(tab) : line);
        }
        Files.writeString(hosts, String.join("\n", lines) + "\n", StandardCharsets.ISO_8859_1);
    }

    /**
     * Puts what a running container got of its networks into its files, and takes out what it has not any more; its own
     * lines stay. On a thread that may block.
     */
    public void rewire(
            ContainerConfig config, HostConfig host, NetworkService.Sandbox before, NetworkService.Sandbox after)
            throws IOException {
        Set<String> now = new LinkedHashSet<>(addresses(after));
        Set<String> gone = new LinkedHashSet<>(addresses(before));
        gone.removeAll(now);
        now.removeAll(addresses(before));
        refuseLong();
        String names = names(config);
        List<String> lines = new ArrayList<>(Files.readAllLines(hosts, StandardCharsets.ISO_8859_1));
        lines.removeIf(line ->
                line.endsWith("\t" + names) && gone.contains(line.substring(0, Math.max(0, line.indexOf('\t')))));
        now.forEach(address -> lines.add(address + "\t" + names));
        Files.writeString(hosts, String.join("\n", lines) + "\n", StandardCharsets.ISO_8859_1);
        // Once it has a server of its own it keeps that: its programs may have read the file.
        if (before.nameservers().isEmpty() && !after.nameservers().isEmpty()) {
            ResolvConf.rewrite(resolvConf, ResolvConf.of(host, after, false));
        }
    }

    /** The full name, and the first part of it where it has several. */
    private static String names(ContainerConfig config) {
        String full = config.domainname().isEmpty() ? config.hostname() : config.hostname() + "." + config.domainname();
        int dot = full.indexOf('.');
        return dot < 0 ? full : full + " " + full.substring(0, dot);
    }

    private void refuseLong() throws IOException {
        // The container may have put anything into it.
        if (Files.size(hosts) > LONGEST_HOSTS) {
            throw new IOException("longer than any hosts file: " + hosts);
        }
    }

    private static List<String> addresses(NetworkService.Sandbox sandbox) {
        return sandbox.endpoints().values().stream()
                .mapMulti((ContainerDetail.EndpointSettings endpoint, Consumer<String> out) -> {
                    out.accept(endpoint.ipAddress());
                    out.accept(endpoint.globalIpv6Address());
                })
                .filter(address -> address != null && !address.isEmpty())
                .toList();
    }

    /** A line for {@code name:address}, or {@code name=address}, whose address may be {@code host-gateway}. */
    private static String extraLine(String extra, String gateway) {
        int at = separator(extra);
        String address = unbracketed(extra.substring(at + 1));
        if (address.equals(HOST_GATEWAY)) {
            if (gateway.isEmpty()) {
                throw WharfException.internal(
                        "unable to derive the IP value for host-gateway: the default bridge has no address");
            }
            address = gateway;
        }
        StringBuilder lines = new StringBuilder();
        for (String one : address.split(",")) {
            lines.append(one).append('\t').append(extra, 0, at).append('\n');
        }
        return lines.toString();
    }

    /** Refuses entries of {@code ExtraHosts} that are not {@code name:address}. */
    static void checkExtraHosts(List<String> entries) {
        for (String extra : entries) {
            int at = separator(extra);
            if (at <= 0) {
                throw WharfException.invalid("bad format for add-host: \"" + extra + "\"");
            }
            String address = unbracketed(extra.substring(at + 1));
            if (!address.equals(HOST_GATEWAY) && !IpText.isAddress(address)) {
                throw WharfException.invalid("invalid IP address in add-host: \"" + extra.substring(at + 1) + "\"");
            }
        }
    }

    private static int separator(String extra) {
        int colon = extra.indexOf(':');
        int equals = extra.indexOf('=');
        return equals >= 0 && (colon < 0 || equals < colon) ? equals : colon;
    }

    private static String unbracketed(String address) {
        return address.startsWith("[") && address.endsWith("]") ? address.substring(1, address.length() - 1) : address;
    }
}
