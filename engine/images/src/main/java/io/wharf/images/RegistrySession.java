package io.wharf.images;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.RegistryAuth;
import java.net.URI;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One repository at one registry: requests of the OCI distribution API with what the registry wants for authorisation.
 *
 * <p>{@link #open} comes first. A failure that is no {@link WharfException} means that nobody answered.
 */
final class RegistrySession {
    /** As large as Docker takes a manifest; configs have the same limit. */
    private static final int DOCUMENT_LIMIT = 4 << 20;

    private static final int REDIRECTS = 5;

    private final HttpClient http;
    private final String base;
    private final Reference repository;
    private final Authorizer authorizer;
    private @Nullable String authorization;

    RegistrySession(HttpClient http, String base, Reference repository, String scope, @Nullable RegistryAuth auth) {
        this.http = http;
        this.base = base;
        this.repository = repository;
        this.authorizer = new Authorizer(http, scope, auth);
    }

    /** A manifest or config as it came. */
    // Handed on, never compared.
    @SuppressWarnings("ArrayRecordComponent")
    record Document(String mediaType, byte[] body) {}

    /** Asks whether there is a registry, and obtains what it wants to see from now on. */
    Future<Void> open() {
        return request(HttpMethod.GET, base + "/v2/", null)
                .compose(HttpClientRequest::send)
                .map(HttpClientResponse::pause)
                .recover(failure -> Future.failedFuture(
                        new java.io.IOException("Get \"" + base + "/v2/\": " + reason(failure), failure)))
                .compose(response -> authorize(response).compose(done -> drop(response)));
    }

    private Future<Void> authorize(HttpClientResponse response) {
        if (response.statusCode() != 401) {
            return Future.succeededFuture();
        }
        return authorizer
                .obtain(response.headers().getAll("WWW-Authenticate"))
                .onSuccess(header -> authorization = header)
                .mapEmpty();
    }

    /** Whether the credentials are good. */
    Future<Void> ping() {
        String url = base + "/v2/";
        return send(HttpMethod.GET, url, HttpClientRequest::send)
                .compose(response ->
                        response.statusCode() == 200 ? drop(response) : refuse(response, "Get \"" + url + "\""));
    }

    Future<Document> manifest(String tagOrDigest) {
        String url = path("manifests/" + tagOrDigest);
        return send(HttpMethod.GET, url, request -> {
                    ManifestBody.ACCEPTED.forEach(type -> request.headers().add("Accept", type));
                    return request.send();
                })
                .compose(response -> body(response)
                        .compose(body -> response.statusCode() == 200
                                ? Future.succeededFuture(new Document(type(response), body))
                                : Future.failedFuture(RegistryError.ofPull(
                                        named(tagOrDigest), "Get \"" + url + "\"", response.statusCode(), body))));
    }

    private Reference named(String tagOrDigest) {
        return Digest.isDigest(tagOrDigest)
                ? repository.withDigest(Digest.parse(tagOrDigest))
                : repository.withTag(tagOrDigest);
    }

    private static String type(HttpClientResponse response) {
        String type = response.getHeader("Content-Type");
        return type == null ? "" : type;
    }

    Future<java.util.List<String>> tags() {
        String url = path("tags/list");
        return send(HttpMethod.GET, url, HttpClientRequest::send)
                .compose(response -> body(response).compose(body -> {
                    if (response.statusCode() != 200) {
                        return Future.failedFuture(
                                RegistryError.ofPull(repository, "Get \"" + url + "\"", response.statusCode(), body));
                    }
                    java.util.List<String> tags = new java.util.ArrayList<>();
                    Json.parse(body, JsonNode.class).path("tags").forEach(tag -> tags.add(tag.asText()));
                    return Future.succeededFuture(tags);
                }));
    }

    /** A small blob as a whole, checked. */
    Future<byte[]> document(Descriptor wanted) {
        if (wanted.size() > DOCUMENT_LIMIT) {
            return Future.failedFuture(WharfException.invalid("image config is too large"));
        }
        return blob(wanted.digest(), 0)
                .compose(RegistrySession::body)
                .compose(body -> Digest.of(body).equals(wanted.digest())
                        ? Future.succeededFuture(body)
                        : Future.failedFuture(WharfException.internal(
                                "image config verification failed for digest " + wanted.digest())));
    }

    /** A layer's bytes, paused. */
    Future<ResponseBytes> blob(Digest digest, LongConsumer progress) {
        return blob(digest, 0).map(response -> new ResponseBytes(response, progress));
    }

    private Future<HttpClientResponse> blob(Digest digest, int redirects) {
        return follow(path("blobs/" + digest), true, redirects);
    }

    /** Registries send to their storage, which must not see the authorisation. */
    private Future<HttpClientResponse> follow(String url, boolean own, int redirects) {
        Future<HttpClientResponse> answer = own
                ? send(HttpMethod.GET, url, HttpClientRequest::send)
                : request(HttpMethod.GET, url, null)
                        .compose(HttpClientRequest::send)
                        .map(HttpClientResponse::pause);
        return answer.compose(response -> {
            String location = response.getHeader("Location");
            boolean redirect = response.statusCode() / 100 == 3 && location != null;
            if (redirect && redirects < REDIRECTS) {
                String next = URI.create(url).resolve(location).toString();
                return drop(response).compose(done -> follow(next, own && next.startsWith(base + "/"), redirects + 1));
            }
            return response.statusCode() == 200
                    ? Future.succeededFuture(response)
                    : RegistrySession.<HttpClientResponse>refuse(response, "Get \"" + url + "\"");
        });
    }

    Future<Boolean> hasBlob(Digest digest) {
        return send(HttpMethod.HEAD, path("blobs/" + digest), HttpClientRequest::send)
                .compose(response -> drop(response).map(done -> response.statusCode() == 200));
    }

    /** Bytes of a blob; -1 where the registry has none, or does not say. */
    Future<Long> sizeOf(Digest digest) {
        return send(HttpMethod.HEAD, path("blobs/" + digest), HttpClientRequest::send)
                .compose(response -> drop(response)
                        .map(done -> response.statusCode() == 200 && response.getHeader("Content-Length") != null
                                ? Long.parseLong(response.getHeader("Content-Length"))
                                : -1L));
    }

    /** Where an upload begins; null where another repository's blob was taken over at once. */
    Future<@Nullable String> startUpload(@Nullable Digest mount, @Nullable String from) {
        String url =
                path("blobs/uploads/") + (mount == null || from == null ? "" : "?mount=" + mount + "&from=" + from);
        return send(
                        HttpMethod.POST,
                        url,
                        request -> request.putHeader("Content-Length", "0").send())
                .compose(response -> switch (response.statusCode()) {
                    case 201 -> drop(response).<@Nullable String>map(done -> null);
                    case 202 -> drop(response).<@Nullable String>map(done -> location(url, response));
                    default -> RegistrySession.<@Nullable String>refuse(response, "Post \"" + url + "\"");
                });
    }

    /** Sends a part of unknown length; where the upload goes on. */
    Future<String> append(String location, io.wharf.contracts.ByteStream bytes) {
        return send(
                        HttpMethod.PATCH,
                        location,
                        request -> request.setChunked(true)
                                .putHeader("Content-Type", "application/octet-stream")
                                .send(bytes))
                .compose(response -> response.statusCode() / 100 == 2
                        ? drop(response).map(done -> location(location, response))
                        : RegistrySession.<String>refuse(response, "Patch \"" + location + "\""));
    }

    /** Ends an upload, with the last or only bytes of known length. */
    Future<Void> finish(
            String location, Digest digest, long length, Function<HttpClientRequest, Future<HttpClientResponse>> body) {
        String url = location + (location.indexOf('?') < 0 ? "?" : "&") + "digest=" + digest;
        return send(
                        HttpMethod.PUT,
                        url,
                        request -> body.apply(request.putHeader("Content-Type", "application/octet-stream")
                                .putHeader("Content-Length", Long.toString(length))))
                .compose(response -> response.statusCode() == 201 || response.statusCode() == 204
                        ? drop(response)
                        : refuse(response, "Put \"" + url + "\""));
    }

    Future<Void> putManifest(String tag, String mediaType, byte[] body) {
        String url = path("manifests/" + tag);
        return send(
                        HttpMethod.PUT,
                        url,
                        request -> request.putHeader("Content-Type", mediaType).send(Buffer.buffer(body)))
                .compose(response ->
                        response.statusCode() / 100 == 2 ? drop(response) : refuse(response, "Put \"" + url + "\""));
    }

    private static String location(String url, HttpClientResponse response) {
        String location = response.getHeader("Location");
        if (location == null) {
            throw WharfException.internal("the registry says not where the upload goes");
        }
        return URI.create(url).resolve(location).toString();
    }

    private String path(String rest) {
        return base + "/v2/" + repository.path() + "/" + rest;
    }

    /** Sends with authorisation; what has run out is renewed once, unless the body was a stream and is spent. */
    private Future<HttpClientResponse> send(
            HttpMethod method, String url, Function<HttpClientRequest, Future<HttpClientResponse>> body) {
        // Paused until somebody has set its handlers: what comes before is lost otherwise.
        return request(method, url, authorization)
                .compose(body)
                .map(HttpClientResponse::pause)
                .compose(response -> {
                    boolean again = response.statusCode() == 401
                            && (method.equals(HttpMethod.GET)
                                    || method.equals(HttpMethod.HEAD)
                                    || method.equals(HttpMethod.POST));
                    if (!again) {
                        return Future.succeededFuture(response);
                    }
                    return authorize(response)
                            .compose(done -> drop(response))
                            .compose(done -> request(method, url, authorization))
                            .compose(body)
                            .map(HttpClientResponse::pause);
                });
    }

    private Future<HttpClientRequest> request(HttpMethod method, String url, @Nullable String header) {
        RequestOptions options = new RequestOptions().setMethod(method).setAbsoluteURI(url);
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("User-Agent", "wharf");
        if (header != null) {
            headers.add("Authorization", header);
        }
        return http.request(options.setHeaders(headers));
    }

    private static <T> Future<T> refuse(HttpClientResponse response, String request) {
        return body(response)
                .compose(body -> Future.failedFuture(RegistryError.of(request, response.statusCode(), body)));
    }

    /** Reads and forgets a body, so that the connection can be used again. */
    private static Future<Void> drop(HttpClientResponse response) {
        return body(response).mapEmpty();
    }

    /** A body of limited length. */
    static Future<byte[]> body(HttpClientResponse response) {
        Promise<byte[]> promise = Promise.promise();
        Buffer whole = Buffer.buffer();
        response.exceptionHandler(promise::tryFail);
        response.endHandler(end -> promise.tryComplete(whole.getBytes()));
        response.handler(part -> {
            if (whole.length() + part.length() > DOCUMENT_LIMIT) {
                promise.tryFail(WharfException.invalid("the registry's answer is too long"));
                response.request().reset();
            } else {
                whole.appendBuffer(part);
            }
        });
        response.resume();
        return promise.future();
    }

    private static String reason(Throwable failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }
}
