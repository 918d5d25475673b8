package io.wharf.oci;

import io.wharf.contracts.ContainerDetail;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.NetworkService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The {@code /etc/resolv.conf} of a container (resolv.conf(5)): the host's, less what cannot be reached from inside. */
final class ResolvConf {
    private static final Path HOST = Path.of("/etc/resolv.conf");
    /** Where systemd-resolved names the servers behind its own stub. */
    private static final Path BEHIND_STUB = Path.of("/run/systemd/resolve/resolv.conf");

    private static final String STUB = "127.0.0.53";
    private static final String NDOTS = "ndots:";
    /** Docker's choice where the host names no server that a container could reach. */
    private static final List<String> FALLBACK = List.of("8.8.8.8", "8.8.4.4");

    /** What a file says; order kept. */
    record Parsed(List<String> nameservers, List<String> search, List<String> options) {}

    private ResolvConf() {}

    public static String of(HostConfig host, NetworkService.Sandbox sandbox, boolean hostNetwork) throws IOException {
        String own = hostText(hostNetwork);
        boolean asked = !host.dns().isEmpty()
                || !host.dnsSearch().isEmpty()
                || !host.dnsOptions().isEmpty();
        if (hostNetwork && !asked) {
            return own;
        }
        return of(own, host, sandbox.nameservers(), hostNetwork || hasIpv6(sandbox), hostNetwork);
    }

    /**
     * The file's text.
     *
     * @param own the host's
     * @param embedded the network's own name servers, which stand for all others
     */
    public static String of(String own, HostConfig host, List<String> embedded, boolean ipv6, boolean hostNetwork) {
        Parsed parsed = parse(own);
        List<String> servers = new ArrayList<>();
        if (!embedded.isEmpty()) {
            servers.addAll(embedded);
        } else if (!host.dns().isEmpty()) {
            servers.addAll(host.dns());
        } else {
            for (String server : parsed.nameservers()) {
                if (hostNetwork || (!IpText.isLoopback(server) && (ipv6 || !IpText.isV6(server)))) {
                    servers.add(server);
                }
            }
            if (servers.isEmpty()) {
                servers.addAll(FALLBACK);
            }
        }
        StringBuilder text = new StringBuilder();
        List<String> search = host.dnsSearch().isEmpty() ? parsed.search() : host.dnsSearch();
        servers.forEach(server -> text.append("nameserver ").append(server).append('\n'));
        // A single dot asks for no search domains at all.
        if (!search.isEmpty() && !search.equals(List.of("."))) {
            text.append("search ").append(String.join(" ", search)).append('\n');
        }
        List<String> options = host.dnsOptions().isEmpty() ? parsed.options() : host.dnsOptions();
        if (!embedded.isEmpty()) {
            options = withDots(options);
        }
        if (!options.isEmpty()) {
            text.append("options ").append(String.join(" ", options)).append('\n');
        }
        return text.toString();
    }

    /** The network's own server is asked for every name as it is, unless somebody wants it otherwise in so many dots. */
    private static List<String> withDots(List<String> options) {
        List<String> all = new ArrayList<>(options);
        all.removeIf(option ->
                option.startsWith(NDOTS) ? !isNumber(option.substring(NDOTS.length())) : option.equals("ndots"));
        if (all.stream().noneMatch(option -> option.startsWith(NDOTS))) {
            all.add(NDOTS + "0");
        }
        return all;
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Writes the file, and beside it what was written, to tell by it later whether the container changed anything. */
    static void write(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.writeString(asMade(file), text);
    }

    /** Gives a running container another text, in place, unless it has written its own. */
    static void rewrite(Path file, String text) throws IOException {
        Path made = asMade(file);
        if (Files.exists(made) && Files.mismatch(file, made) == -1) {
            write(file, text);
        }
    }

    private static Path asMade(Path file) {
        return file.resolveSibling(file.getFileName() + ".made");
    }

    static Parsed parse(String text) {
        List<String> servers = new ArrayList<>();
        List<String> search = new ArrayList<>();
        List<String> options = new ArrayList<>();
        for (String line : text.split("\n")) {
            String[] words = line.strip().split("[ \t]+");
            List<String> values = List.of(words).subList(1, words.length);
            switch (words[0]) {
                case "nameserver" -> {
                    if (!values.isEmpty()) {
                        servers.add(values.getFirst());
                    }
                }
                // The last of these two lines counts.
                case "search", "domain" -> {
                    search.clear();
                    search.addAll(values);
                }
                case "options" -> options.addAll(values);
                default -> {
                    // Comments, and what a container has no use for.
                }
            }
        }
        return new Parsed(servers, search, options);
    }

    private static String hostText(boolean hostNetwork) throws IOException {
        if (!Files.exists(HOST)) {
            return "";
        }
        String text = Files.readString(HOST, StandardCharsets.ISO_8859_1);
        if (!hostNetwork && parse(text).nameservers().equals(List.of(STUB)) && Files.exists(BEHIND_STUB)) {
            return Files.readString(BEHIND_STUB, StandardCharsets.ISO_8859_1);
        }
        return text;
    }

    private static boolean hasIpv6(NetworkService.Sandbox sandbox) {
        for (ContainerDetail.EndpointSettings endpoint : sandbox.endpoints().values()) {
            String address = endpoint.globalIpv6Address();
            if (address != null && !address.isEmpty()) {
                return true;
            }
        }
        return false;
    }
}
