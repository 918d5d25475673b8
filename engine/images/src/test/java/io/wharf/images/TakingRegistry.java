package io.wharf.images;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.wharf.base.Digest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** A registry that takes uploads in pieces and does to each request what a test says first. */
public final class TakingRegistry implements AutoCloseable {
    /** Method, path and query, and the Content-Range header where there is one. */
    public final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    /** Blobs by repository and digest. */
    public final Map<String, byte[]> blobs = new ConcurrentHashMap<>();

    private final Map<String, Buffer> uploads = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final HttpServer server;
    private volatile BiPredicate<TakingRegistry, HttpServerRequest> mood = (self, request) -> false;
    private volatile boolean tokens;

    public TakingRegistry(Vertx vertx) {
        server =
                Room.await(vertx.createHttpServer().requestHandler(this::handle).listen(0, "127.0.0.1"));
    }

    public String host() {
        return "127.0.0.1:" + server.actualPort();
    }

    /** What is done to a request; true where that was all. */
    public void mood(BiPredicate<TakingRegistry, HttpServerRequest> mood) {
        this.mood = mood;
    }

    /** From now on wants a token, whose name is the scopes that it is for. */
    public void wantTokens() {
        tokens = true;
    }

    private void handle(HttpServerRequest request) {
        String range = request.getHeader("Content-Range");
        requests.add(request.method() + " " + request.uri() + (range == null ? "" : " " + range));
        if (mood.test(this, request)) {
            return;
        }
        if (request.path().equals("/token")) {
            String scopes = String.join(" ", request.params().getAll("scope"));
            request.response().end("{\"token\": \"" + scopes + "\"}");
        } else if (tokens && request.getHeader("Authorization") == null) {
            request.response()
                    .setStatusCode(401)
                    .putHeader("WWW-Authenticate", "Bearer realm=\"http://" + host() + "/token\",service=\"here\"")
                    .end();
        } else {
            serve(request);
        }
    }

    private void serve(HttpServerRequest request) {
        String path = request.path();
        String repository = path.replaceFirst("/v2/(\\w*).*", "$1");
        int status = switch (request.method().name()) {
            case "HEAD" -> blobs.containsKey(repository + "@" + name(path)) ? 200 : 404;
            case "POST" -> start(request, repository);
            case "PATCH" -> {
                take(request, Integer.MAX_VALUE);
                yield 0;
            }
            case "GET" -> {
                if (path.contains("/uploads/")) {
                    tell(request);
                }
                yield uploads.containsKey(path) ? 204 : path.endsWith("/v2/") ? 200 : 404;
            }
            case "PUT" -> {
                request.body().onSuccess(body -> {
                    if (path.contains("/uploads/")) {
                        Buffer all = java.util.Objects.requireNonNull(uploads.remove(path))
                                .appendBuffer(body);
                        String digest = Digest.of(all.getBytes()).toString();
                        blobs.put(repository + "@" + digest, all.getBytes());
                        request.response().setStatusCode(digest.equals(request.getParam("digest")) ? 201 : 400);
                    } else {
                        request.response().setStatusCode(201);
                    }
                    request.response().end();
                });
                yield 0;
            }
            default -> 405;
        };
        if (status > 0) {
            request.response().setStatusCode(status).end();
        }
    }

    private int start(HttpServerRequest request, String repository) {
        String mount = request.getParam("mount");
        byte[] known = mount == null ? null : blobs.get(request.getParam("from") + "@" + mount);
        String shown = String.valueOf(request.getHeader("Authorization"));
        if (known != null && (!tokens || shown.contains("repository:" + request.getParam("from") + ":pull"))) {
            blobs.put(repository + "@" + mount, known);
            return 201;
        }
        String upload = "/v2/" + repository + "/blobs/uploads/" + numbers.incrementAndGet();
        uploads.put(upload, Buffer.buffer());
        request.response().putHeader("Location", upload);
        return 202;
    }

    private void tell(HttpServerRequest request) {
        Buffer has = uploads.get(request.path());
        if (has != null) {
            request.response().putHeader("Range", "0-" + Math.max(0, has.length() - 1));
        }
    }

    /** Takes bytes as they come, up to so many, and then breaks the connection. */
    public void take(HttpServerRequest request, int limit) {
        Buffer has = uploads.get(request.path());
        String range = request.getHeader("Content-Range");
        if (has == null || (range != null && Integer.parseInt(range.replaceAll("-.*", "")) != has.length())) {
            request.response().setStatusCode(has == null ? 404 : 416).end();
            return;
        }
        int[] left = {limit};
        request.handler(part -> {
            int count = Math.min(left[0], part.length());
            has.appendBuffer(part.slice(0, count));
            left[0] -= count;
            if (left[0] == 0) {
                request.connection().close();
            }
        });
        request.endHandler(end -> request.response()
                .setStatusCode(202)
                .putHeader("Location", request.path())
                .end());
    }

    /** Ends an upload as if its last request had been answered. */
    public void keep(String path, String digest) {
        blobs.put(
                path.replaceFirst("/v2/(\\w*).*", "$1") + "@" + digest,
                java.util.Objects.requireNonNull(uploads.remove(path)).getBytes());
    }

    /** Forgets the uploads under way. */
    public void forget() {
        uploads.clear();
    }

    private static @Nullable String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Requests of one method, in order. */
    public List<String> asked(String method) {
        return List.copyOf(requests).stream()
                .filter(line -> line.startsWith(method + " "))
                .toList();
    }

    @Override
    public void close() {
        Room.await(server.close());
    }
}
