package io.wharf.images.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.images.spec.Descriptor;
import io.wharf.images.spec.ManifestBody;
import io.wharf.images.spec.Reference;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One repository at one host: requests of the OCI distribution API with what the host wants for authorisation. A failure is
 * a WharfException where the host refuses, and an {@link Unanswered} where it does not speak.
 */
public final class RegistrySession {
    private static final int REDIRECTS = 10;
    /** Pages of a list of tags. */
    private static final int PAGES = 1000;

    private static final Pattern NEXT = Pattern.compile("<([^>]*)>\\s*;[^,]*\\brel=\"?next\"?");

    private final HostRequests requests;
    private final Reference repository;
    private final Authorizer authorizer;
    private final Cancellation wish;
    private @Nullable String authorization;
    private @Nullable Future<String> authorizing;
    private List<String> challenges = List.of();
    private final Map<String, Future<Void>> alsoRead = new HashMap<>();

    RegistrySession(HostRequests requests, Reference repository, Authorizer authorizer, Cancellation wish) {
        this.requests = requests;
        this.repository = repository;
        this.authorizer = authorizer;
        this.wish = wish;
    }

    /** A manifest or config as it came. */
    // Handed on, never compared.
    @SuppressWarnings("ArrayRecordComponent")
    public record Document(String mediaType, byte[] body) {}

    RegistryHost host() {
        return requests.host();
    }

    /** Asks whether there is a registry, and obtains what it wants to see from now on. */
    Future<Void> open() {
        return status().mapEmpty();
    }

    /** How the registry answers who opens it. */
    Future<Integer> status() {
        return get(host().base() + "/", Map.of(), wish)
                .compose(response -> RegistryBodies.drop(response).map(done -> response.statusCode()));
    }

    Future<Document> manifest(String tagOrDigest) {
        String url = named(path("manifests/" + tagOrDigest));
        return get(url, Map.of("Accept", ManifestBody.ACCEPTED), wish)
                .compose(response -> RegistryBodies.whole(response)
                        .compose(body -> response.statusCode() == 200
                                ? Future.succeededFuture(new Document(type(response), body))
                                : Future.failedFuture(RegistryError.ofPull(
                                        reference(tagOrDigest),
                                        HostRequests.asked(HttpMethod.GET, url),
                                        response.statusCode(),
                                        body))));
    }

    private Reference reference(String tagOrDigest) {
        return Digest.isDigest(tagOrDigest)
                ? repository.withDigest(Digest.parse(tagOrDigest))
                : repository.withTag(tagOrDigest);
    }

    private static String type(HttpClientResponse response) {
        String type = response.getHeader("Content-Type");
        return type == null ? "" : type;
    }

    /** All tags of the repository, page by page. */
    Future<List<String>> tags() {
        return tags(named(path("tags/list")), new ArrayList<>(), 1);
    }

    private Future<List<String>> tags(String url, List<String> tags, int page) {
        return get(url, Map.of(), wish)
                .compose(response -> RegistryBodies.whole(response).compose(body -> {
                    if (response.statusCode() != 200) {
                        return Future.failedFuture(RegistryError.ofPull(
                                repository, HostRequests.asked(HttpMethod.GET, url), response.statusCode(), body));
                    }
                    int before = tags.size();
                    Json.parse(body, JsonNode.class).path("tags").forEach(tag -> tags.add(tag.asText()));
                    String link = response.getHeader("Link");
                    Matcher next = NEXT.matcher(link == null ? "" : link);
                    return next.find() && page < PAGES && tags.size() > before
                            ? tags(URI.create(url).resolve(next.group(1)).toString(), tags, page + 1)
                            : Future.succeededFuture(tags);
                }));
    }

    /** A small blob as a whole, checked. */
    Future<byte[]> document(Descriptor wanted) {
        if (wanted.size() > RegistryBodies.LIMIT) {
            return Future.failedFuture(WharfException.invalid("image config is too large"));
        }
        return blob(path("blobs/" + wanted.digest()), 0, wish)
                .compose(RegistryBodies::whole)
                .compose(body -> Digest.of(body).equals(wanted.digest())
                        ? Future.succeededFuture(body)
                        : Future.failedFuture(WharfException.internal(
                                "image config verification failed for digest " + wanted.digest())));
    }

    /** A statement of any length, packed as it comes. */
    Future<byte @Nullable []> statement(Descriptor wanted) {
        return blob(path("blobs/" + wanted.digest()), 0, wish)
                .compose(response -> RegistryBodies.packed(response, wanted.digest()));
    }

    /** A layer's bytes from a place on, paused; the answer says whether they begin there (206) or at 0 (200). */
    Future<HttpClientResponse> layer(Digest digest, long from, Cancellation user) {
        return blob(path("blobs/" + digest), from, user);
    }

    /** As above, from a place that the manifest names, which is no part of the registry. */
    Future<HttpClientResponse> foreign(String url, long from, Cancellation user) {
        return blob(url, from, user);
    }

    private Future<HttpClientResponse> blob(String url, long from, Cancellation user) {
        String asked = url.startsWith(host().base() + "/") ? named(url) : url;
        Map<String, List<String>> headers = from == 0 ? Map.of() : Map.of("Range", List.of("bytes=" + from + "-"));
        return get(asked, headers, user).compose(response -> switch (response.statusCode()) {
            case 200, 206, 416 -> Future.succeededFuture(response);
            default -> RegistrySession.<HttpClientResponse>refuse(response, HostRequests.asked(HttpMethod.GET, url));
        });
    }

    public Future<Boolean> hasBlob(Digest digest) {
        return head(digest).compose(response -> drop(response).map(done -> response.statusCode() == 200));
    }

    /** Bytes of a blob; -1 where the registry has none, or does not say. */
    public Future<Long> sizeOf(Digest digest) {
        return head(digest)
                .compose(response -> drop(response)
                        .map(done -> response.statusCode() == 200 && response.getHeader("Content-Length") != null
                                ? Long.parseLong(response.getHeader("Content-Length"))
                                : -1L));
    }

    private Future<HttpClientResponse> head(Digest digest) {
        return read(HttpMethod.HEAD, path("blobs/" + digest), Map.of(), wish, 0, 0);
    }

    /** The ways to bring blobs here. */
    public UploadRequests uploads() {
        return new UploadRequests(this, path("blobs/uploads/"));
    }

    Patience patience() {
        return requests.patience();
    }

    /** Ends early where the wish is withdrawn. */
    Future<Void> pause(long millis) {
        return requests.pause(millis, wish);
    }

    public boolean isWithdrawn() {
        return wish.isCancelled();
    }

    public Future<Void> putManifest(String tag, String mediaType, byte[] body) {
        String url = path("manifests/" + tag);
        return send(
                        HttpMethod.PUT,
                        url,
                        true,
                        request -> request.putHeader("Content-Type", mediaType).send(Buffer.buffer(body)))
                .compose(response ->
                        response.statusCode() / 100 == 2 ? drop(response) : refuse(response, "Put \"" + url + "\""));
    }

    /** A mirror serves many registries and is told which one is meant. */
    private String named(String url) {
        String namespace = host().namespace();
        return namespace == null
                ? url
                : url + (url.indexOf('?') < 0 ? "?" : "&") + "ns="
                        + URLEncoder.encode(namespace, StandardCharsets.UTF_8);
    }

    private String path(String rest) {
        return host().base() + "/" + repository.path() + "/" + rest;
    }

    /**
     * Sends with authorisation. What can be said again is: once where that has run out, and later where the registry is busy
     * or fails.
     */
    Future<HttpClientResponse> send(
            HttpMethod method,
            String url,
            boolean repeatable,
            Function<HttpClientRequest, Future<HttpClientResponse>> body) {
        return send(method, url, repeatable, body, 0);
    }

    private Future<HttpClientResponse> send(
            HttpMethod method,
            String url,
            boolean repeatable,
            Function<HttpClientRequest, Future<HttpClientResponse>> body,
            int retry) {
        return authorized(method, url, Map.of(), wish, repeatable, body).compose(response -> {
            long wait = repeatable ? wait(response, retry) : -1;
            return wait < 0
                    ? Future.succeededFuture(response)
                    : RegistryBodies.drop(response)
                            .compose(done -> pause(wait))
                            .compose(done -> send(method, url, true, body, retry + 1));
        });
    }

    /** After a refusal of what cannot be said again: obtains what the next attempt may show. */
    Future<Void> renew(HttpClientResponse refusal) {
        return authorize(authorization, refusal.headers().getAll("WWW-Authenticate"))
                .mapEmpty();
    }

    /** Obtains the right to read another repository, too; fails where it is not given. */
    Future<Void> alsoRead(String path) {
        return alsoRead.computeIfAbsent(path, added -> {
            if (!authorizer.alsoRead(added)) {
                return Future.succeededFuture();
            }
            return authorize(authorization, challenges)
                    .<Void>mapEmpty()
                    .onFailure(refused -> authorizer.doNotRead(added));
        });
    }

    private Future<HttpClientResponse> authorized(
            HttpMethod method,
            String url,
            Map<String, List<String>> headers,
            Cancellation user,
            boolean repeatable,
            Function<HttpClientRequest, Future<HttpClientResponse>> body) {
        String shown = requests.isOwn(url) ? authorization : null;
        return requests.send(method, url, with(headers, shown), user, body).compose(response -> {
            if (response.statusCode() != 401 || !repeatable || !requests.isOwn(url)) {
                return Future.succeededFuture(response);
            }
            return RegistryBodies.drop(response)
                    .compose(done -> authorize(shown, response.headers().getAll("WWW-Authenticate")))
                    .compose(header -> requests.send(method, url, with(headers, header), user, body));
        });
    }

    private static Map<String, List<String>> with(Map<String, List<String>> headers, @Nullable String authorization) {
        if (authorization == null) {
            return headers;
        }
        Map<String, List<String>> all = new HashMap<>(headers);
        all.put("Authorization", List.of(authorization));
        return all;
    }

    /** Requests that are refused at the same time wait for one token. */
    private Future<String> authorize(@Nullable String refused, List<String> wants) {
        String known = authorization;
        if (known != null && !known.equals(refused)) {
            return Future.succeededFuture(known);
        }
        Future<String> running = authorizing;
        if (running != null) {
            return running;
        }
        challenges = wants;
        Future<String> asked = authorizer.obtain(wants);
        authorizing = asked;
        return asked.onSuccess(header -> authorization = header).onComplete(done -> authorizing = null);
    }

    private Future<HttpClientResponse> get(String url, Map<String, List<String>> headers, Cancellation user) {
        return read(HttpMethod.GET, url, headers, user, 0, 0);
    }

    /** Follows redirects, and asks again what a busy or failing registry may answer later. */
    private Future<HttpClientResponse> read(
            HttpMethod method,
            String url,
            Map<String, List<String>> headers,
            Cancellation user,
            int redirects,
            int retry) {
        return authorized(method, url, headers, user, true, HttpClientRequest::send)
                .compose(response -> {
                    String location = response.getHeader("Location");
                    if (response.statusCode() / 100 == 3 && location != null) {
                        return redirect(url, location, response, headers, user, redirects);
                    }
                    long wait = wait(response, retry);
                    return wait < 0
                            ? Future.succeededFuture(response)
                            : RegistryBodies.drop(response)
                                    .compose(done -> requests.pause(wait, user))
                                    .compose(done -> read(method, url, headers, user, redirects, retry + 1));
                });
    }

    private Future<HttpClientResponse> redirect(
            String url,
            String location,
            HttpClientResponse response,
            Map<String, List<String>> headers,
            Cancellation user,
            int redirects) {
        HttpMethod method = response.request().getMethod();
        String asked = HostRequests.asked(method, url);
        String next;
        try {
            next = URI.create(url).resolve(location).toString();
        } catch (IllegalArgumentException e) {
            next = "";
        }
        String there = next;
        boolean wrong = !there.startsWith("http://") && !there.startsWith("https://");
        if (wrong || redirects == REDIRECTS) {
            response.request().reset();
            return Future.failedFuture(WharfException.internal(
                    asked + (wrong ? ": invalid redirect to \"" + location + "\"" : ": stopped after 10 redirects")));
        }
        return RegistryBodies.drop(response).compose(done -> read(method, there, headers, user, redirects + 1, 0));
    }

    /** Milliseconds until it is worth asking again, or -1 where the answer is final. */
    private long wait(HttpClientResponse response, int retry) {
        Patience patience = requests.patience();
        if (host().mirror() || retry >= patience.retries()) {
            return -1;
        }
        return switch (response.statusCode()) {
            case 429 -> asked(response, patience.backoff(retry));
            case 500, 502, 504 -> patience.backoff(retry);
            case 503 -> asked(response, patience.backoff(retry));
            default -> -1;
        };
    }

    private long asked(HttpClientResponse response, long otherwise) {
        Long wanted = HostRequests.retryAfter(response);
        if (wanted == null) {
            return otherwise;
        }
        return wanted > requests.patience().longestWaitMillis() ? -1 : wanted;
    }

    static <T> Future<T> refuse(HttpClientResponse response, String request) {
        return RegistryBodies.whole(response)
                .compose(body -> Future.failedFuture(RegistryError.of(request, response.statusCode(), body)));
    }

    static Future<Void> drop(HttpClientResponse response) {
        return RegistryBodies.drop(response);
    }
}
