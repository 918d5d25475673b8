package io.wharf.tests.tap;

import io.wharf.openapi.Operation;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * What is said on one connection: requests in their order, and the reply to each. Requests are read by one thread and
 * replies by another; a request is known here before the engine has it.
 */
final class Dialogue {
    /**
     * A request that waits for its reply.
     *
     * @param method in capitals
     * @param target path and query as sent
     * @param operation what it asks for, or null where the contract has no such thing
     */
    record Request(String method, String target, @Nullable Operation operation) {}

    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private final Queue<Request> open = new ConcurrentLinkedQueue<>();
    private final MessageReader requests = new MessageReader(new Requests());
    private final MessageReader replies = new MessageReader(new Replies());
    private final Disagreements disagreements;

    Dialogue(Disagreements disagreements) {
        this.disagreements = disagreements;
    }

    void request(ByteBuffer piece) {
        requests.read(piece);
    }

    void reply(ByteBuffer piece) {
        replies.read(piece);
    }

    /** The engine has closed its side. */
    void endOfReplies() {
        replies.end();
    }

    private final class Requests implements MessageReader.Listener {
        private boolean last;

        @Override
        public MessageReader.Framing head(String firstLine, Map<String, String> headers) {
            String[] words = firstLine.split(" ");
            Request request = new Request(words[0], words[1], Contracted.operation(words[0], words[1]));
            open.add(request);

            // What the client says after its body belongs to the container, or follows an upgrade.
            last = request.operation != null && request.operation.answer() == Operation.Answer.HIJACK;
            if (headers.containsKey("transfer-encoding")) {
                return MessageReader.Framing.CHUNKED;
            }
            return headers.containsKey("content-length") ? MessageReader.Framing.LENGTH : MessageReader.Framing.NONE;
        }

        @Override
        public void body(ByteBuffer piece) {}

        @Override
        public void end() {
            if (last) {
                requests.stop();
            }
        }
    }

    private final class Replies implements MessageReader.Listener {
        private @Nullable Judgement judged;

        @Override
        public MessageReader.Framing head(String firstLine, Map<String, String> headers) {
            int status = Integer.parseInt(firstLine.split(" ")[1]);
            if (status < OK && status != SWITCHING_PROTOCOLS) {
                return MessageReader.Framing.NONE;
            }
            Request request = open.poll();
            // Nothing was asked: the engine answers what was no HTTP.
            judged = request == null ? null : new Judgement(request, status, headers, disagreements);
            if (status == SWITCHING_PROTOCOLS) {
                requests.stop();
                end();
                return MessageReader.Framing.RAW;
            }
            if (status == NO_CONTENT || status == NOT_MODIFIED || (request != null && request.method.equals("HEAD"))) {
                return MessageReader.Framing.NONE;
            }
            if (headers.containsKey("transfer-encoding")) {
                return MessageReader.Framing.CHUNKED;
            }
            return headers.containsKey("content-length") ? MessageReader.Framing.LENGTH : MessageReader.Framing.CLOSE;
        }

        @Override
        public void body(ByteBuffer piece) {
            if (judged != null) {
                judged.body(piece);
            }
        }

        @Override
        public void end() {
            if (judged != null) {
                judged.end();
                judged = null;
            }
        }
    }
}
