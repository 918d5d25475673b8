package io.wharf.api;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.wharf.api.doors.Peer;
import io.wharf.base.WharfException;
import io.wharf.contracts.AccessService;
import io.wharf.contracts.AccessService.Answer;
import io.wharf.contracts.AccessService.Question;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Has the authorization plugins asked before and after an operation. Bodies are shown to them where the contract has JSON,
 * but never those that carry credentials; of a stream they see the head alone.
 */
final class AskPlugins {
    private static final Set<String> CREDENTIALS = Set.of("authorization", "x-registry-config", "x-registry-auth");
    /** In a name after RFC 2253, where what separates is escaped inside of values. */
    private static final Pattern COMMON_NAME = Pattern.compile("(?:^|[,+])CN=((?:\\\\.|[^,+\\\\])*)");

    private static final byte[] NONE = {};
    private static final String LOGIN = "SystemAuth";

    private final AccessService access;
    private final Call call;

    AskPlugins(AccessService access, Call call) {
        this.access = access;
        this.call = call;
    }

    Future<? extends Reply> around(Handlers.Handler handler) {
        Question question = question();
        return access.authorize(question)
                .compose(allowed -> handler.handle(call).map(reply -> (Reply) reply))
                .compose(reply -> told(question, reply));
    }

    private Question question() {
        HttpServerRequest request = call.request();
        Map<String, String> headers = new LinkedHashMap<>();
        request.headers().forEach((name, value) -> {
            if (!CREDENTIALS.contains(name.toLowerCase(Locale.ROOT))) {
                headers.put(name, value);
            }
        });
        // Whatever the client calls it: the handler reads it as JSON even where it has no type at all.
        byte[] body = call.body().getBytes();
        List<byte[]> certificates = new ArrayList<>();
        String user = null;
        if (call.caller().peer() instanceof Peer.Certified certified) {
            certified.chain().forEach(certificate -> certificates.add(encoded(certificate)));
            user = commonName(certified.certificate());
        }
        return new Question(user, request.method().name(), request.uri(), headers, shown(body), certificates);
    }

    /** The answer, if it may be given; bytes that were made to be shown are sent as they are. */
    private Future<Reply> told(Question question, Reply reply) {
        Reply ready = reply;
        byte[] body = NONE;
        Map<String, String> headers = Map.of();
        if (reply instanceof Reply.Json(int status, Object value)) {
            Buffer line = WriteReply.line(value);
            body = line.getBytes();
            headers = Map.of("Content-Type", Reply.JSON);
            ready = new Reply.Text(status, Reply.JSON, line);
        }
        Reply sent = ready;
        return access.authorizeReply(question, new Answer(Reply.status(reply), headers, shown(body)))
                .map(allowed -> sent)
                .onFailure(refused -> WriteReply.discard(sent));
    }

    private byte[] shown(byte[] body) {
        return call.operation().id().equals(LOGIN) ? NONE : body;
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw WharfException.internal("a certificate that cannot be written", e);
        }
    }

    private static @Nullable String commonName(X509Certificate certificate) {
        Matcher name = COMMON_NAME.matcher(certificate.getSubjectX500Principal().getName());
        return name.find() ? name.group(1).replaceAll("\\\\(.)", "$1") : null;
    }
}
