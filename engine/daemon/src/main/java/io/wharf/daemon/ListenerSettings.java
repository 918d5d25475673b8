package io.wharf.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.api.doors.TcpAddress;
import io.wharf.base.WharfException;
import io.wharf.contracts.ListenerOptions;
import io.wharf.contracts.ListenerOptions.RoleSocket;
import io.wharf.contracts.ListenerOptions.Tls;
import io.wharf.openapi.Role;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where the API is served, and who may come in. */
final class ListenerSettings {
    private static final String SOCKET = "unix:///var/run/docker.sock";
    private static final String TLS_SOCKET = "tcp://localhost:2376";
    private static final int USUAL_MODE = 0660;
    private static final int ALL_BITS = 0777;

    private final Settings settings;
    private final Map<String, String> environment;

    ListenerSettings(Settings settings) {
        this(settings, System.getenv());
    }

    ListenerSettings(Settings settings, Map<String, String> environment) {
        this.settings = settings;
        this.environment = environment;
    }

    /** The sockets, none of them twice. */
    List<String> hosts() {
        List<String> hosts = settings.texts("hosts").stream()
                .map(String::strip)
                .filter(host -> !host.isEmpty())
                .map(this::host)
                .distinct()
                .toList();
        return hosts.isEmpty() ? List.of(tlsWanted() ? TLS_SOCKET : SOCKET) : hosts;
    }

    ListenerOptions options() {
        return new ListenerOptions(
                // By the flag, no group is one too: that of root.
                settings.flagged("group").contains("") ? "" : settings.text("group", "docker"),
                sockets(),
                tlsWanted() ? Optional.of(tls()) : Optional.empty(),
                settings.has("tls") && !settings.truth("tls", true),
                audit(),
                settings.texts("authorization-plugins"));
    }

    private String host(String given) {
        if (given.startsWith("fd://")) {
            return given;
        }
        if (given.startsWith("unix://")) {
            return given.length() == "unix://".length() ? SOCKET : given;
        }
        if (given.startsWith("/")) {
            return "unix://" + given;
        }
        if (given.contains("://") && !given.startsWith("tcp://")) {
            throw WharfException.invalid("invalid bind address (" + given + "): unsupported proto '"
                    + given.substring(0, given.indexOf("://")) + "'");
        }
        return "tcp://" + TcpAddress.parse(given, tlsWanted());
    }

    /** To speak of verifying at all is to want TLS, as with dockerd. */
    private boolean tlsWanted() {
        return settings.has("tlsverify") || told("DOCKER_TLS_VERIFY") != null || settings.truth("tls", false);
    }

    private Tls tls() {
        return new Tls(
                settings.truth("tlsverify", true),
                Path.of(settings.text("tlscacert", usual("ca.pem"))),
                Path.of(settings.text("tlscert", usual("cert.pem"))),
                Path.of(settings.text("tlskey", usual("key.pem"))));
    }

    private String usual(String name) {
        String folder = told("DOCKER_CERT_PATH");
        if (folder == null) {
            folder = told("DOCKER_CONFIG");
        }
        return (folder == null ? environment.getOrDefault("HOME", "/root") + "/.docker" : folder) + "/" + name;
    }

    private @Nullable String told(String variable) {
        String value = environment.get(variable);
        return value == null || value.isEmpty() ? null : value;
    }

    private boolean audit() {
        String said = settings.text("audit", "changes");
        return switch (said) {
            case "changes" -> true;
            case "off" -> false;
            default -> throw WharfException.invalid("invalid audit: " + said + ": changes or off");
        };
    }

    private List<RoleSocket> sockets() {
        List<RoleSocket> sockets = new ArrayList<>();
        for (JsonNode socket : settings.objects("sockets")) {
            for (Map.Entry<String, JsonNode> field : socket.properties()) {
                if (!Set.of("path", "group", "mode", "role").contains(field.getKey())
                        || !field.getValue().isTextual()) {
                    throw invalid(socket, field.getKey() + " is no string, or nothing that a socket has");
                }
            }
            String path = socket.path("path").asText();
            if (!path.startsWith("/")) {
                throw invalid(socket, "path must be absolute");
            }
            String role = socket.path("role").asText();
            if (Role.of(role).isEmpty()) {
                throw invalid(socket, "role must be read-only, operator or admin");
            }
            String group = socket.hasNonNull("group") ? socket.get("group").asText() : null;
            sockets.add(new RoleSocket(Path.of(path), group, mode(socket), role));
        }
        return sockets;
    }

    private static int mode(JsonNode socket) {
        if (!socket.has("mode")) {
            return USUAL_MODE;
        }
        try {
            int mode = Integer.parseInt(socket.get("mode").asText(), 8);
            if (mode >= 0 && mode <= ALL_BITS) {
                return mode;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw invalid(socket, "mode must be octal, as 0660");
    }

    private static WharfException invalid(JsonNode socket, String reason) {
        return WharfException.invalid("invalid socket " + socket + ": " + reason);
    }
}
