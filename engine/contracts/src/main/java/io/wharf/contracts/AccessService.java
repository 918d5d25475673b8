package io.wharf.contracts;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The access verticle's answers: what was asked for, by whom, and whether others allow it. */
public interface AccessService {
    /** Kind of the events that tell of requests. */
    String AUDIT = "audit";

    /** Where the bus tells the front whether there are authorization plugins now, as a Boolean. */
    String AUTHORIZERS = "wharf.authorizers";

    /** Has a request kept as an event; done when it is on its way, which no reply waits for. */
    Future<Void> record(Trail trail);

    /** Asks each authorization plugin, in order: FORBIDDEN where one denies it, INTERNAL where one fails. */
    Future<Void> authorize(Question question);

    /** Asks whether an answer may be given, as {@link #authorize(Question)}. */
    Future<Void> authorizeReply(Question question, Answer answer);

    /** Has these plugins asked from now on; fails and changes nothing where one of them is not there. */
    Future<Void> authorizers(List<String> names);

    /**
     * A request that was answered or refused.
     *
     * @param operation id in the contract
     * @param target what it is about, as the client names it; empty where nothing is named
     * @param facts about the caller and the outcome
     */
    record Trail(String operation, String target, Map<String, String> facts) {
        public Trail {
            facts = Map.copyOf(facts);
        }
    }

    /**
     * A request as an authorization plugin is told of it.
     *
     * @param user common name of the client's certificate, or null
     * @param method of HTTP
     * @param uri with version and query
     * @param headers without credentials
     * @param body JSON; empty for what is none and for streams
     * @param certificates of the client, in DER
     */
    // An array is what carries bytes; questions are never compared.
    @SuppressWarnings("ArrayRecordComponent")
    record Question(
            @Nullable String user,
            String method,
            String uri,
            Map<String, String> headers,
            byte[] body,
            List<byte[]> certificates) {
        public Question {
            headers = Map.copyOf(headers);
            certificates = List.copyOf(certificates);
        }
    }

    /**
     * An answer as an authorization plugin is told of it.
     *
     * @param body JSON; empty for what is none and for streams
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Answer(int status, Map<String, String> headers, byte[] body) {
        public Answer {
            headers = Map.copyOf(headers);
        }
    }
}
