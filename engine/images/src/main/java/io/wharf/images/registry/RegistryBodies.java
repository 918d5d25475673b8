package io.wharf.images.registry;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.wharf.base.WharfException;

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

    /** Reads and forgets a body, so that the connection can be used again. */
    static Future<Void> drop(HttpClientResponse response) {
        return whole(response).mapEmpty();
    }

    private static WharfException tooLong() {
        return WharfException.invalid("the registry's answer is too long: more than " + (LIMIT >> 20) + " MiB");
    }
}
