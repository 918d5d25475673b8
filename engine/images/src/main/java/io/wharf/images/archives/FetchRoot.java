package io.wharf.images.archives;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.contracts.ImageService.ProgressDetail;
import io.wharf.images.progress.CountedInput;
import io.wharf.images.progress.ProgressFeed;
import io.wharf.linux.HostNames;
import io.wharf.linux.Pools;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLConnection;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The tar of a root that an import fetches from a URL. Classes of the JDK's own client are loaded only for this.
 *
 * @param url as it is told to the client
 * @param size in bytes, -1 where the server does not say
 */
public record FetchRoot(String url, InputStream bytes, long size) {
    private static final int CONNECT_MILLIS = 30_000;
    private static final int READ_MILLIS = 60_000;
    private static final int MOST_REDIRECTS = 10;
    private static final int FAILED = 400;
    private static final int SHOWN = 1024;

    /** Asks for it; what comes is read later. No thread of the pool waits for the resolver. */
    public static Future<FetchRoot> begin(Vertx vertx, Pools pools, String source) {
        String url = source.contains("://") ? source : "http://" + source;
        URI at = parsed(url);
        if (at.getHost() == null) {
            return pools.call(() -> open(url, at));
        }
        // Asked by its name again, and for the certificate's sake: the JVM has kept the answer.
        return HostNames.SYSTEM
                .find(vertx, at.getHost(), Duration.ofMillis(CONNECT_MILLIS))
                .recover(failure -> Future.failedFuture(unknown(url, at.getHost(), failure)))
                .compose(known -> pools.call(() -> open(url, at)));
    }

    private static FetchRoot open(String url, URI first) throws IOException {
        URI at = first;
        for (int hops = 0; hops <= MOST_REDIRECTS; hops++) {
            if (!"http".equals(at.getScheme()) && !"https".equals(at.getScheme())) {
                throw WharfException.internal(
                        "Get \"" + url + "\": unsupported protocol scheme \"" + at.getScheme() + "\"");
            }
            HttpURLConnection connection = connection(at, url);
            int status = status(connection, url);
            String location = connection.getHeaderField("Location");
            if (status >= 300 && status < FAILED && location != null) {
                // By hand: the JDK does not follow from one protocol to the other.
                connection.disconnect();
                at = at.resolve(parsed(location));
            } else if (status >= FAILED) {
                throw refusal(url, status, connection);
            } else {
                return new FetchRoot(url, connection.getInputStream(), connection.getContentLengthLong());
            }
        }
        throw WharfException.internal("Get \"" + url + "\": stopped after " + MOST_REDIRECTS + " redirects");
    }

    private static URI parsed(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw WharfException.invalid("parse \"" + text + "\": " + e.getReason());
        }
    }

    private static HttpURLConnection connection(URI at, String url) throws IOException {
        URLConnection opened;
        try {
            opened = at.toURL().openConnection();
        } catch (IllegalArgumentException e) {
            throw new WharfException(ErrorKind.INVALID_ARGUMENT, "Get \"" + url + "\": " + e.getMessage(), e);
        }
        HttpURLConnection connection = (HttpURLConnection) opened;
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(READ_MILLIS);
        connection.setInstanceFollowRedirects(false);
        return connection;
    }

    private static int status(HttpURLConnection connection, String url) {
        try {
            return connection.getResponseCode();
        } catch (UnknownHostException e) {
            throw unknown(url, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw WharfException.internal("Get \"" + url + "\": " + e.getMessage(), e);
        }
    }

    private static WharfException unknown(String url, String host, Throwable failure) {
        String reason = failure instanceof SocketTimeoutException ? ": i/o timeout" : ": no such host";
        return new WharfException(ErrorKind.NOT_FOUND, "Get \"" + url + "\": lookup " + host + reason, failure);
    }

    private static WharfException refusal(String url, int status, HttpURLConnection connection) throws IOException {
        String said = "";
        try (InputStream error = connection.getErrorStream()) {
            if (error != null) {
                said = new String(error.readNBytes(SHOWN), StandardCharsets.UTF_8);
            }
        }
        String reason = connection.getResponseMessage();
        return new WharfException(
                ErrorKind.ofHttpStatus(status),
                "failed to GET " + url + " with status " + status + " " + (reason == null ? "" : reason) + ": " + said);
    }

    /** The bytes, telling a client how far they are. */
    public InputStream reporting(ProgressFeed feed) {
        feed.say(Progress.status("Downloading from " + url));
        return new CountedInput(
                bytes,
                (count, whole) ->
                        feed.say(new Progress("Importing", new ProgressDetail(count, whole), null, null, null)),
                size);
    }

    public void close() {
        try {
            bytes.close();
        } catch (IOException ignored) {
            // It is given up anyway.
        }
    }
}
