package io.wharf.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects bodies that are read as a whole, each up to its limit, and all that are under way up to a limit of their own: then
 * the one that has been under way longest is refused. Confined to the event loop of the connections.
 */
final class WholeBodies {
    private static final Logger LOG = LoggerFactory.getLogger(WholeBodies.class);
    private static final long TOGETHER = 16 << 20;
    /** What comes beyond a limit is read and dropped, so that the client sees the answer; but not for ever. */
    private static final long DROPPED = 64 << 20;

    private final int longest;
    private final long together;
    private final Map<HttpServerRequest, Part> underWay = new LinkedHashMap<>();
    private long total;

    /** What is there of a body; null once it has been refused. */
    private static final class Part {
        private Buffer bytes = Buffer.buffer();
        private boolean refused;
        private long dropped;
    }

    WholeBodies(int longest) {
        this(longest, TOGETHER);
    }

    WholeBodies(int longest, long together) {
        this.longest = longest;
        this.together = together;
    }

    void read(HttpServerRequest request, Consumer<Buffer> then) {
        Part part = new Part();
        request.handler(chunk -> take(request, part, chunk));
        request.endHandler(end -> {
            forget(request, part);
            if (!part.refused) {
                then.accept(part.bytes);
            }
        });
        request.exceptionHandler(gone -> {
            // Half a request: nothing has been begun for it.
            forget(request, part);
            LOG.debug("{} {}: {}", request.method(), request.path(), gone.getMessage());
        });
    }

    private void take(HttpServerRequest request, Part part, Buffer chunk) {
        if (part.refused) {
            part.dropped += chunk.length();
            if (part.dropped > DROPPED) {
                request.connection().close();
            }
            return;
        }
        if (part.bytes.length() + chunk.length() > longest) {
            refuse(request, part, new WharfException(ErrorKind.TOO_LARGE, "http: request body too large"));
            return;
        }
        part.bytes.appendBuffer(chunk);
        total += chunk.length();
        underWay.putIfAbsent(request, part);
        while (total > together) {
            Map.Entry<HttpServerRequest, Part> first =
                    underWay.entrySet().iterator().next();
            refuse(
                    first.getKey(),
                    first.getValue(),
                    new WharfException(
                            ErrorKind.UNAVAILABLE,
                            "too many request bodies are under way: this one was longest, try it again"));
        }
    }

    private void refuse(HttpServerRequest request, Part part, WharfException refusal) {
        forget(request, part);
        part.refused = true;
        part.bytes = Buffer.buffer();
        WriteReply.failure(request, refusal);
    }

    private void forget(HttpServerRequest request, Part part) {
        if (underWay.remove(request, part)) {
            total -= part.bytes.length();
        }
    }
}
