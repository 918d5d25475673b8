package io.wharf.access;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.AccessService.Answer;
import io.wharf.contracts.AccessService.Question;
import io.wharf.linux.Pools;
import io.wharf.plugins.Plugins;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The authorization plugins, asked one after another by Docker's protocol: the first that denies or fails decides. One that
 * is gone fails, and so nothing is allowed without it.
 */
final class Authorizers {
    private static final Logger LOG = LoggerFactory.getLogger(Authorizers.class);
    private static final String KIND = "authz";
    private static final String REQUEST = "AuthZPlugin.AuthZReq";
    private static final String REPLY = "AuthZPlugin.AuthZRes";
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int PEM_LINE = 64;

    private final Plugins plugins;
    private List<String> names = List.of();

    Authorizers(Vertx vertx, Pools pools, List<String> folders) {
        plugins = new Plugins(vertx, pools, folders);
    }

    /** Has these asked from now on, once all of them have answered. */
    Future<Void> ask(List<String> wanted) {
        Future<Void> found = Future.succeededFuture();
        for (String name : wanted) {
            found = found.compose(before -> plugins.get(name, KIND).mapEmpty());
        }
        return found.onSuccess(all -> names = List.copyOf(wanted));
    }

    Future<Void> authorize(Question question) {
        return chain(REQUEST, body(question), question);
    }

    Future<Void> authorizeReply(Question question, Answer answer) {
        Map<String, Object> body = body(question);
        body.put("ResponseStatusCode", answer.status());
        if (!answer.headers().isEmpty()) {
            body.put("ResponseHeaders", answer.headers());
        }
        byte[] content = answer.body();
        if (content.length > 0) {
            body.put("ResponseBody", content);
        }
        return chain(REPLY, body, question);
    }

    void close() {
        plugins.close();
    }

    private Future<Void> chain(String method, Map<String, Object> body, Question question) {
        Future<Void> allowed = Future.succeededFuture();
        for (String name : names) {
            allowed = allowed.compose(before -> one(name, method, body));
        }
        return allowed.onFailure(refused ->
                LOG.info("{} for {} {}: {}", method, question.method(), path(question.uri()), refused.getMessage()));
    }

    /** Without the query, in which arguments of builds travel: they may be secrets. */
    static String path(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    private Future<Void> one(String name, String method, Map<String, Object> body) {
        return plugins.get(name, KIND)
                .compose(plugin -> plugin.call(method, body, LIMIT))
                .recover(failure -> Future.failedFuture(failed(name, String.valueOf(failure.getMessage()))))
                .map(answer -> {
                    judge(name, answer);
                    return null;
                });
    }

    private static void judge(String name, JsonNode answer) {
        String error = answer.path("Err").asText("");
        if (!error.isEmpty()) {
            throw failed(name, error);
        }
        if (!answer.path("Allow").asBoolean(false)) {
            throw new WharfException(
                    ErrorKind.FORBIDDEN,
                    "authorization denied by plugin " + name + ": "
                            + answer.path("Msg").asText(""));
        }
    }

    private static WharfException failed(String name, String reason) {
        return WharfException.internal("plugin " + name + " failed with error: " + reason);
    }

    /** Bytes travel as Base64, as Go has them in JSON. */
    private static Map<String, Object> body(Question question) {
        Map<String, Object> body = new LinkedHashMap<>();
        if (question.user() != null) {
            body.put("User", question.user());
            body.put("UserAuthNMethod", "TLS");
        }
        body.put("RequestMethod", question.method());
        body.put("RequestUri", question.uri());
        byte[] content = question.body();
        if (content.length > 0) {
            body.put("RequestBody", content);
        }
        if (!question.headers().isEmpty()) {
            body.put("RequestHeaders", question.headers());
        }
        if (!question.certificates().isEmpty()) {
            List<byte[]> certificates = new ArrayList<>();
            question.certificates().forEach(certificate -> certificates.add(pem(certificate)));
            body.put("RequestPeerCertificates", certificates);
        }
        return body;
    }

    private static byte[] pem(byte[] certificate) {
        String text = Base64.getMimeEncoder(PEM_LINE, new byte[] {'\n'}).encodeToString(certificate);
        return ("-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
