package io.wharf.images.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import io.wharf.base.WharfException;
import io.wharf.images.registry.RegistryHost.Capability;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@code hosts.toml}: in which places a registry's repositories are looked for, in the order of the file, before the
 * registry itself. The keys are containerd's ({@code docs/hosts.md} there); an unknown one is passed over, a wrong value is
 * an error that names the file. Loaded only where such a file is: the reader costs an idle engine nothing.
 */
final class HostsFile {
    private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s|m|h)");

    private final Path file;
    private final String registry;
    private final RegistryHost usual;

    private HostsFile(Path file, String registry, RegistryHost usual) {
        this.file = file;
        this.registry = registry;
        this.usual = usual;
    }

    /**
     * Reads the file. Blocks.
     *
     * @param usual the registry itself, as it is asked where the file names no {@code server}
     */
    static List<RegistryHost> read(Path file, String registry, RegistryHost usual) throws IOException {
        HostsFile reader = new HostsFile(file, registry, usual);
        try {
            return reader.hosts(new TomlMapper().readTree(Files.readAllBytes(file)));
        } catch (JsonProcessingException e) {
            throw reader.refusal("line "
                    + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()) + ": " + e.getOriginalMessage());
        }
    }

    private List<RegistryHost> hosts(JsonNode root) throws IOException {
        List<RegistryHost> hosts = new ArrayList<>();
        for (Map.Entry<String, JsonNode> row : root.path("host").properties()) {
            hosts.add(host(row.getKey(), row.getValue(), true));
        }
        hosts.add(host(root.path("server").asText(""), root, false));
        return hosts;
    }

    private RegistryHost host(String given, JsonNode row, boolean mirror) throws IOException {
        String base = given.isEmpty() && !mirror
                ? usual.base()
                : base(given, row.path("override_path").asBoolean(false));
        boolean own = URI.create(base)
                .getRawAuthority()
                .equals(URI.create(usual.base()).getRawAuthority());
        boolean unverified = row.has("skip_verify")
                ? row.get("skip_verify").asBoolean()
                : own && usual.tls().unverified();
        return new RegistryHost(
                base,
                capabilities(row.path("capabilities")),
                Tls.of(files(row.path("ca"), "ca"), keys(row.path("client")), unverified),
                headers(row.path("header")),
                row.has("dial_timeout") ? millis(row.get("dial_timeout").asText()) : RegistryHost.DIAL_MILLIS,
                own ? null : registry,
                mirror && !own,
                false);
    }

    private String base(String given, boolean asItIs) {
        String text = given.startsWith("http") ? given : "https://" + given;
        try {
            URI url = new URI(text);
            if (url.getRawAuthority() == null || !Set.of("http", "https").contains(url.getScheme())) {
                throw refusal("\"" + given + "\" is no URL of a registry");
            }
            String path = url.getRawPath() == null ? "" : url.normalize().getRawPath();
            while (path.endsWith("/")) {
                path = path.substring(0, path.length() - 1);
            }
            if (!asItIs && !path.endsWith("/v2")) {
                path += "/v2";
            }
            return url.getScheme() + "://" + url.getRawAuthority() + path;
        } catch (java.net.URISyntaxException e) {
            throw refusal("\"" + given + "\" is no URL: " + e.getReason());
        }
    }

    private Set<Capability> capabilities(JsonNode given) {
        if (given.isMissingNode()) {
            return EnumSet.allOf(Capability.class);
        }
        Set<Capability> can = EnumSet.noneOf(Capability.class);
        for (JsonNode one : given) {
            can.add(
                    switch (one.asText()) {
                        case "pull" -> Capability.PULL;
                        case "resolve" -> Capability.RESOLVE;
                        case "push" -> Capability.PUSH;
                        default -> throw refusal("unknown capability " + one);
                    });
        }
        return can;
    }

    private List<Path> files(JsonNode given, String key) {
        List<Path> files = new ArrayList<>();
        if (given.isTextual()) {
            files.add(file(given));
        } else if (given.isArray()) {
            given.forEach(one -> files.add(file(one)));
        } else if (!given.isMissingNode()) {
            throw refusal("invalid type for \"" + key + "\"");
        }
        return files;
    }

    private Path file(JsonNode name) {
        if (!name.isTextual()) {
            throw refusal(name + " is no name of a file");
        }
        Path path = Path.of(name.asText());
        Path whole = path.isAbsolute() ? path : file.resolveSibling(path);
        if (!Files.isReadable(whole)) {
            throw refusal("cannot read " + whole);
        }
        return whole;
    }

    /** One file with certificate and key, several of them, or pairs of files. */
    private List<Tls.Pair> keys(JsonNode given) {
        List<Tls.Pair> keys = new ArrayList<>();
        if (given.isTextual()) {
            Path both = file(given);
            keys.add(new Tls.Pair(both, both));
        } else if (given.isArray()) {
            for (JsonNode one : given) {
                if (one.isArray() && !one.isEmpty() && one.size() <= 2) {
                    boolean apart = one.size() == 2 && !one.get(1).asText().isEmpty();
                    keys.add(new Tls.Pair(file(one.get(0)), file(one.get(apart ? 1 : 0))));
                } else {
                    Path both = file(one);
                    keys.add(new Tls.Pair(both, both));
                }
            }
        } else if (!given.isMissingNode()) {
            throw refusal("invalid type for \"client\"");
        }
        return keys;
    }

    private Map<String, List<String>> headers(JsonNode given) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> header : given.properties()) {
            List<String> values = new ArrayList<>();
            if (header.getValue().isArray()) {
                header.getValue().forEach(value -> values.add(value.asText()));
            } else {
                values.add(header.getValue().asText());
            }
            headers.put(header.getKey(), List.copyOf(values));
        }
        return headers;
    }

    private int millis(String text) {
        Matcher part = DURATION.matcher(text);
        double millis = 0;
        int end = 0;
        while (part.find() && part.start() == end) {
            double value = Double.parseDouble(part.group(1));
            millis += value
                    * switch (part.group(2)) {
                        case "h" -> 3_600_000;
                        case "m" -> 60_000;
                        case "s" -> 1000;
                        case "ms" -> 1;
                        case "us", "µs" -> 0.001;
                        default -> 0.000_001;
                    };
            end = part.end();
        }
        if (end == 0 || end != text.length() || millis < 1 || millis > Integer.MAX_VALUE) {
            throw refusal("invalid dial_timeout \"" + text + "\"");
        }
        return (int) millis;
    }

    private WharfException refusal(String reason) {
        return WharfException.internal("failed to read " + file + ": " + reason);
    }
}
