package io.wharf.images;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.images.spec.MediaTypes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;

/** A registry that says what a real one does not: tokens, redirects, wrong bytes, indexes, odd compressions. */
public final class FakeRegistry implements AutoCloseable {
    public final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, byte[]> bodies = new ConcurrentHashMap<>();
    private final Map<String, String> types = new ConcurrentHashMap<>();
    private final HttpServer server;
    private final boolean tokens;
    private final boolean redirects;

    public FakeRegistry(Vertx vertx, boolean tokens, boolean redirects) {
        this.tokens = tokens;
        this.redirects = redirects;
        server =
                Room.await(vertx.createHttpServer().requestHandler(this::handle).listen(0, "127.0.0.1"));
    }

    public String host() {
        return "127.0.0.1:" + server.actualPort();
    }

    private void handle(HttpServerRequest request) {
        String authorization = request.getHeader("Authorization");
        requests.add(request.method() + " " + request.uri() + (authorization == null ? "" : " " + authorization));
        if (request.path().equals("/token")) {
            request.response().end("{\"token\":\"T\"}");
        } else if (request.path().startsWith("/storage/")) {
            request.response()
                    .end(Buffer.buffer(
                            bodies.get("/v2/app/blobs/" + request.path().substring(9))));
        } else if (tokens && !"Bearer T".equals(authorization)) {
            request.response()
                    .setStatusCode(401)
                    .putHeader(
                            "WWW-Authenticate", "Bearer realm=\"http://" + host() + "/token\",service=\"here, it is\"")
                    .end("{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required\"}]}");
        } else if (request.path().equals("/v2/")) {
            request.response().end("{}");
        } else if (redirects && request.path().contains("/blobs/")) {
            String name = request.path().substring(request.path().lastIndexOf('/') + 1);
            request.response()
                    .setStatusCode(307)
                    .putHeader("Location", "http://localhost:" + server.actualPort() + "/storage/" + name)
                    .end();
        } else if (bodies.containsKey(request.path())) {
            String type = types.get(request.path());
            if (type != null) {
                request.response().putHeader("Content-Type", type);
            }
            request.response().end(Buffer.buffer(bodies.get(request.path())));
        } else {
            request.response().setStatusCode(404).end();
        }
    }

    public Digest blob(byte[] bytes) {
        Digest digest = Digest.of(bytes);
        bodies.put("/v2/app/blobs/" + digest, bytes);
        return digest;
    }

    /** Puts other bytes under a digest. */
    public void spoil(Digest digest, byte[] bytes) {
        bodies.put("/v2/app/blobs/" + digest, bytes);
    }

    public Digest manifest(String tag, String type, byte[] body) {
        Digest digest = Digest.of(body);
        for (String name : List.of(tag, digest.toString())) {
            bodies.put("/v2/app/manifests/" + name, body);
            types.put("/v2/app/manifests/" + name, type);
        }
        return digest;
    }

    /** An image of packed layers; {@code diffs} are the digests of their plain tars. */
    public Digest image(String tag, String architecture, String layerType, List<byte[]> layers, List<Digest> diffs) {
        byte[] config = Json.writeBytes(Map.of(
                "architecture",
                architecture,
                "os",
                "linux",
                "config",
                Map.of(),
                "rootfs",
                Map.of("type", "layers", "diff_ids", diffs)));
        List<Map<String, Object>> parts = new ArrayList<>();
        for (byte[] layer : layers) {
            parts.add(Map.of("mediaType", layerType, "digest", blob(layer), "size", layer.length));
        }
        Map<String, Object> manifest = new LinkedHashMap<>();
        manifest.put("schemaVersion", 2);
        manifest.put("mediaType", MediaTypes.OCI_MANIFEST);
        manifest.put(
                "config", Map.of("mediaType", MediaTypes.OCI_CONFIG, "digest", blob(config), "size", config.length));
        manifest.put("layers", parts);
        return manifest(tag, MediaTypes.OCI_MANIFEST, Json.writeBytes(manifest));
    }

    public static byte[] gzip(byte[]... members) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] member : members) {
            try (var gzip = new GZIPOutputStream(out)) {
                gzip.write(member);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return out.toByteArray();
    }

    @Override
    public void close() {
        Room.await(server.close());
    }
}
