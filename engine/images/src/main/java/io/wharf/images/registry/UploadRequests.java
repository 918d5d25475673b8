package io.wharf.images.registry;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.wharf.base.Digest;
import io.wharf.base.WharfException;
import io.wharf.contracts.ByteStream;
import java.net.URI;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The requests of an upload to one repository (OCI distribution-spec, pushing blobs). What may go well at another time fails
 * with an {@link Unanswered}.
 */
public final class UploadRequests {
    private static final Pattern RANGE = Pattern.compile("(?:bytes=)?0-([0-9]{1,18})");

    private final RegistrySession session;
    private final String start;

    /** {@code start} is where uploads begin. */
    UploadRequests(RegistrySession session, String start) {
        this.session = session;
        this.start = start;
    }

    /**
     * An upload under way.
     *
     * @param location where it goes on
     * @param offset how much of the blob it has
     */
    public record Begun(String location, long offset) {}

    public Future<Begun> begin() {
        return post(start)
                .compose(response -> response.statusCode() == 202
                        ? begun(start, response)
                        : RegistrySession.refuse(response, "Post \"" + start + "\""));
    }

    /** Has another repository's blob taken over: null where it was, else an upload, which the registry began instead. */
    public Future<@Nullable Begun> mount(Digest digest, String from) {
        String url = start + "?mount=" + digest + "&from=" + from;
        return session.alsoRead(from).compose(may -> post(url)).compose(response -> switch (response.statusCode()) {
            case 201 -> RegistrySession.drop(response).<@Nullable Begun>map(done -> null);
            case 202 -> begun(url, response).<@Nullable Begun>map(upload -> upload);
            default -> RegistrySession.<@Nullable Begun>refuse(response, "Post \"" + url + "\"");
        });
    }

    private Future<HttpClientResponse> post(String url) {
        return session.send(
                HttpMethod.POST,
                url,
                true,
                request -> request.putHeader("Content-Length", "0").send());
    }

    private static Future<Begun> begun(String url, HttpClientResponse response) {
        return RegistrySession.drop(response).map(done -> new Begun(location(url, response), 0));
    }

    /** Sends bytes from where it stands. The first have no Content-Range, as with Docker's pushes. */
    Future<Begun> append(Begun begun, long length, ByteStream bytes) {
        long offset = begun.offset();
        String url = begun.location();
        return session.send(HttpMethod.PATCH, url, false, request -> {
                    // The answer fails as well, and that is looked at.
                    request.exceptionHandler(failure -> {});
                    request.putHeader("Content-Type", "application/octet-stream")
                            .putHeader("Content-Length", Long.toString(length));
                    if (offset > 0) {
                        request.putHeader("Content-Range", offset + "-" + (offset + length - 1));
                    }
                    return request.send(bytes);
                })
                .compose(response -> response.statusCode() / 100 == 2
                        ? RegistrySession.drop(response)
                                .map(done -> new Begun(location(url, response), offset + length))
                        : later(response, "Patch \"" + url + "\""));
    }

    /** How far an upload has come that was broken off. */
    Future<Begun> status(Begun begun) {
        String url = begun.location();
        return session.send(HttpMethod.GET, url, true, HttpClientRequest::send).compose(response -> {
            Matcher range = RANGE.matcher(String.valueOf(response.getHeader("Range")));
            return response.statusCode() / 100 == 2 && range.matches()
                    ? RegistrySession.drop(response)
                            .map(done -> new Begun(
                                    response.getHeader("Location") == null ? url : location(url, response),
                                    // Nothing at all is told as 0-0, like one byte: no upload stops there.
                                    range.group(1).equals("0") ? 0 : Long.parseLong(range.group(1)) + 1))
                    : RegistrySession.<Begun>refuse(response, "Get \"" + url + "\"");
        });
    }

    /** Ends an upload that has all of its bytes. */
    Future<Void> finish(Begun begun, Digest digest) {
        return finish(begun, digest, new byte[0]);
    }

    /** Ends an upload with its last bytes. */
    public Future<Void> finish(Begun begun, Digest digest, byte[] rest) {
        String location = begun.location();
        String url = location + (location.indexOf('?') < 0 ? "?" : "&") + "digest=" + digest;
        return session.send(
                        HttpMethod.PUT,
                        url,
                        true,
                        request -> request.putHeader("Content-Type", "application/octet-stream")
                                .putHeader("Content-Length", Integer.toString(rest.length))
                                .send(Buffer.buffer(rest)))
                .compose(response -> response.statusCode() == 201 || response.statusCode() == 204
                        ? RegistrySession.drop(response)
                        : later(response, "Put \"" + url + "\""));
    }

    /** A refusal: final, or such that the upload may go on after a while. */
    private <T> Future<T> later(HttpClientResponse response, String request) {
        int status = response.statusCode();
        Future<T> refusal = RegistrySession.refuse(response, request);
        return switch (status) {
            // 404: an upload that was begun long ago is forgotten, and begins anew.
            // 413 comes from proxies that take no long bodies: what follows goes in parts.
            case 404, 408, 413, 425, 429, 500, 502, 503, 504 -> refusal.recover(UploadRequests::passing);
            case 401 ->
                refusal.recover(
                        failure -> session.renew(response).compose(renewed -> UploadRequests.<T>passing(failure)));
            default -> refusal;
        };
    }

    private static <T> Future<T> passing(Throwable refusal) {
        return refusal instanceof WharfException
                ? Future.failedFuture(new Unanswered(Objects.toString(refusal.getMessage(), ""), refusal))
                : Future.failedFuture(refusal);
    }

    private static String location(String url, HttpClientResponse response) {
        String location = response.getHeader("Location");
        if (location == null) {
            throw WharfException.internal("the registry says not where the upload goes");
        }
        return URI.create(url).resolve(location).toString();
    }
}
