package io.wharf.images;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.images.spec.MediaTypes;
import io.wharf.images.spec.Platform;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** A registry of one repository {@code app} that serves ranges and does to each request what a test says first. */
public final class FlakyRegistry implements AutoCloseable {
    /** Method, path and query, and the Range header where there is one. */
    public final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    private final Map<String, byte[]> bodies = new ConcurrentHashMap<>();
    private final HttpServer server;
    private volatile BiPredicate<FlakyRegistry, HttpServerRequest> mood = (self, request) -> false;

    public FlakyRegistry(Vertx vertx) {
        server =
                Room.await(vertx.createHttpServer().requestHandler(this::handle).listen(0, "127.0.0.1"));
    }

    public String host() {
        return "127.0.0.1:" + server.actualPort();
    }

    /** What is done to a request; true where that was all. */
    public void mood(BiPredicate<FlakyRegistry, HttpServerRequest> mood) {
        this.mood = mood;
    }

    private void handle(HttpServerRequest request) {
        String range = request.getHeader("Range");
        requests.add(request.method() + " " + request.uri() + (range == null ? "" : " " + range));
        if (!mood.test(this, request)) {
            serve(request, Integer.MAX_VALUE);
        }
    }

    /** Serves the body, or its beginning and then a broken connection. */
    public void serve(HttpServerRequest request, int limit) {
        byte[] body = bodies.get(request.path());
        HttpServerResponse response = request.response();
        if (body == null) {
            response.setStatusCode(404).end();
            return;
        }
        int from = start(request.getHeader("Range"));
        if (from > 0) {
            response.setStatusCode(206)
                    .putHeader("Content-Range", "bytes " + from + "-" + (body.length - 1) + "/" + body.length);
        }
        if (request.path().contains("/manifests/")) {
            response.putHeader("Content-Type", MediaTypes.OCI_MANIFEST);
        }
        int length = body.length - from;
        if (length <= limit) {
            response.end(Buffer.buffer(body).slice(from, body.length));
            return;
        }
        response.putHeader("Content-Length", Integer.toString(length));
        response.write(Buffer.buffer(body).slice(from, from + limit))
                .onComplete(written -> request.connection().close());
    }

    private static int start(@Nullable String range) {
        return range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-.*", "$1"));
    }

    /** An image of one plain layer a tar. */
    public void image(String tag, byte[]... tars) {
        List<Digest> diffs = new ArrayList<>();
        List<Map<String, Object>> parts = new ArrayList<>();
        for (byte[] tar : tars) {
            Digest digest = Digest.of(tar);
            diffs.add(digest);
            bodies.put("/v2/app/blobs/" + digest, tar);
            parts.add(Map.of("mediaType", MediaTypes.OCI_LAYER, "digest", digest, "size", tar.length));
        }
        byte[] config = Json.writeBytes(Map.of(
                "architecture",
                Platform.HOST.architecture(),
                "os",
                "linux",
                "config",
                Map.of(),
                "rootfs",
                Map.of("type", "layers", "diff_ids", diffs)));
        bodies.put("/v2/app/blobs/" + Digest.of(config), config);
        byte[] manifest = Json.writeBytes(Map.of(
                "schemaVersion",
                2,
                "mediaType",
                MediaTypes.OCI_MANIFEST,
                "config",
                Map.of("mediaType", MediaTypes.OCI_CONFIG, "digest", Digest.of(config), "size", config.length),
                "layers",
                parts));
        bodies.put("/v2/app/manifests/" + tag, manifest);
        bodies.put("/v2/app/manifests/" + Digest.of(manifest), manifest);
    }

    /** Requests for one blob, in order. */
    public List<String> asked(Digest digest) {
        return List.copyOf(requests).stream()
                .filter(line -> line.contains(digest.toString()))
                .toList();
    }

    @Override
    public void close() {
        Room.await(server.close());
    }
}
