package io.wharf.images.registry;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.wharf.base.Digest;
import io.wharf.base.WharfException;
import io.wharf.images.spec.PackedStatement;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads answers of limited length as a whole. */
final class RegistryBodies {
    /** As large as Docker takes a manifest; configs have the same limit. */
    static final int LIMIT = 4 << 20;

    /** A length of more digits is not worth the reading. */
    private static final int DIGITS = 9;

    private RegistryBodies() {}

    static Future<byte[]> whole(HttpClientResponse response) {
        String length = response.getHeader("Content-Length");
        boolean empty = response.request().getMethod().equals(HttpMethod.HEAD);
        if (!empty && length != null && length.length() > DIGITS) {
            response.request().reset();
            return Future.failedFuture(tooLong());
        }
        Promise<byte[]> promise = Promise.promise();
        Buffer whole = Buffer.buffer();
        response.exceptionHandler(
                failure -> promise.tryFail(new Unanswered("reading the answer: " + DialWords.of(failure), failure)));
        response.endHandler(end -> promise.tryComplete(whole.getBytes()));
        response.handler(part -> {
            if (whole.length() + part.length() > LIMIT) {
                promise.tryFail(tooLong());
                response.request().reset();
            } else {
                whole.appendBuffer(part);
            }
        });
        response.resume();
        return promise.future();
    }

    /** Packs a statement while it comes; null where it is too long or another than was wanted. */
    static Future<byte @Nullable []> packed(HttpClientResponse response, Digest wanted) {
        Promise<byte @Nullable []> promise = Promise.promise();
        try {
            PackedStatement pack = new PackedStatement();
            response.exceptionHandler(failure ->
                    promise.tryFail(new Unanswered("reading the answer: " + DialWords.of(failure), failure)));
            response.endHandler(end -> {
                try {
                    promise.tryComplete(pack.finish(wanted));
                } catch (IOException e) {
                    promise.tryFail(e);
                }
            });
            response.handler(part -> {
                try {
                    if (!pack.add(part.getBytes(), 0, part.length()) && promise.tryComplete(null)) {
                        response.request().reset();
                    }
                } catch (IOException e) {
                    promise.tryFail(e);
                }
            });
            response.resume();
        } catch (IOException e) {
            promise.tryFail(e);
        }
        return promise.future();
    }

    /** Reads and forgets a body, so that the connection can be used again. */
    static Future<Void> drop(HttpClientResponse response) {
        return whole(response).mapEmpty();
    }

    private static WharfException tooLong() {
        return WharfException.invalid("the registry's answer is too long: more than " + (LIMIT >> 20) + " MiB");
    }
}
