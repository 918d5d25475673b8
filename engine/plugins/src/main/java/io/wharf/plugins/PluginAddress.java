package io.wharf.plugins;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.net.SocketAddress;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a plugin listens, as {@code unix:///path}, {@code tcp://host:port}, {@code http://…} or {@code https://…}.
 *
 * @param shown as errors name it: {@code unix /path} or {@code tcp host:port}
 * @param tls how it is to be trusted, or null for a connection in the clear
 */
record PluginAddress(
        SocketAddress socket, String shown, @Nullable Tls tls) {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    /**
     * The {@code TLSConfig} of a json file.
     *
     * @param unverified whether any certificate will do: asked for, or no authority is given
     * @param authority file of PEM certificates, or empty
     * @param certificate of the engine, with its {@code key}; both may be empty
     */
    record Tls(boolean unverified, String authority, String certificate, String key) {}

    static PluginAddress ofSocket(Path path) {
        return new PluginAddress(SocketAddress.domainSocketAddress(path.toString()), "unix " + path, null);
    }

    /** What a {@code .spec} file says: an address and nothing else. */
    static PluginAddress ofSpec(byte[] content) {
        return of(new String(content, StandardCharsets.UTF_8).strip(), null);
    }

    /** What a {@code .json} file says: {@code Addr} and, where it is so, {@code TLSConfig}. */
    static PluginAddress ofJson(byte[] content) {
        JsonNode json = Json.parse(content, JsonNode.class);
        JsonNode tls = json.path("TLSConfig");
        if (!tls.isObject()) {
            return of(json.path("Addr").asText(), null);
        }
        String authority = tls.path("CAFile").asText("");
        return of(
                json.path("Addr").asText(),
                new Tls(
                        authority.isEmpty() || tls.path("InsecureSkipVerify").asBoolean(),
                        authority,
                        tls.path("CertFile").asText(""),
                        tls.path("KeyFile").asText("")));
    }

    private static PluginAddress of(String text, @Nullable Tls tls) {
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw unknown(text);
        }
        String scheme = String.valueOf(uri.getScheme());
        if (scheme.equals("unix") && uri.getPath() != null && uri.getPath().startsWith("/")) {
            return ofSocket(Path.of(uri.getPath()));
        }
        if (uri.getHost() == null) {
            throw unknown(text);
        }
        return switch (scheme) {
            case "tcp", "http" -> tcp(uri, tls);
            case "https" -> tcp(uri, tls == null ? new Tls(false, "", "", "") : tls);
            default -> throw unknown(text);
        };
    }

    private static PluginAddress tcp(URI uri, @Nullable Tls tls) {
        int port = uri.getPort() > 0 ? uri.getPort() : tls == null ? HTTP : HTTPS;
        return new PluginAddress(
                SocketAddress.inetSocketAddress(port, uri.getHost()), "tcp " + uri.getHost() + ":" + port, tls);
    }

    private static WharfException unknown(String text) {
        return WharfException.internal(
                "\"" + text + "\" is no address of a plugin: unix:///path, tcp://host:port, http:// and https:// are");
    }
}
