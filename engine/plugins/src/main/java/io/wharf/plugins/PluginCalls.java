package io.wharf.plugins;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.wharf.base.ErrorKind;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.linux.HostNames;
import java.io.FileNotFoundException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Single calls of one plugin: POST, JSON in and out, of bounded size and time. */
final class PluginCalls {
    private static final String VERSION = "application/vnd.docker.plugins.v1.2+json";
    /** A list of some ten thousand volumes. */
    private static final int LONGEST = 4 << 20;

    private static final int OK = 200;
    private static final int NOT_FOUND = 404;

    private final Vertx vertx;
    private final HttpClient http;
    private final PluginAddress address;

    PluginCalls(Vertx vertx, HttpClient http, PluginAddress address) {
        this.vertx = vertx;
        this.http = http;
        this.address = address;
    }

    Future<JsonNode> call(String method, Object body, Duration limit) {
        Promise<JsonNode> answer = Promise.promise();
        Future<HttpClientRequest> opened = socket(limit).compose(socket -> http.request(options(method, socket)));
        long timer = vertx.setTimer(limit.toMillis(), fired -> {
            if (answer.tryFail(unavailable(method, "no answer after " + limit.toSeconds() + " s"))) {
                opened.onSuccess(HttpClientRequest::reset);
            }
        });
        opened.compose(request -> answer.future().isComplete()
                        ? Future.<HttpClientResponse>failedFuture("over")
                        : request.send(Buffer.buffer(Json.writeBytes(body))))
                .compose(response -> read(response, method))
                .onSuccess(answer::tryComplete)
                .onFailure(failure -> answer.tryFail(
                        failure instanceof WharfException ? failure : unavailable(method, reason(failure))));
        return answer.future().onComplete(done -> vertx.cancelTimer(timer));
    }

    /** With the address of its host: a client that is given names has its event loop wait for the resolver. */
    private Future<SocketAddress> socket(Duration limit) {
        SocketAddress given = address.socket();
        String host = given.host();
        return host == null
                ? Future.succeededFuture(given)
                : HostNames.SYSTEM
                        .find(vertx, host, limit)
                        .map(found -> SocketAddress.inetSocketAddress(
                                given.port(), found.getFirst().getHostAddress()));
    }

    private RequestOptions options(String method, SocketAddress socket) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(socket)
                .setURI("/" + method)
                .setSsl(address.tls() != null)
                .putHeader("Accept", VERSION)
                .putHeader("Content-Type", "application/json");
        String host = address.socket().host();
        return host == null
                ? options.setHost("plugin").setPort(80)
                : options.setHost(host).setPort(address.socket().port());
    }

    private Future<JsonNode> read(HttpClientResponse response, String method) {
        Promise<JsonNode> read = Promise.promise();
        Buffer body = Buffer.buffer();
        response.handler(chunk -> {
                    if (body.length() + chunk.length() > LONGEST) {
                        read.tryFail(WharfException.internal(
                                method + ": the answer is longer than " + (LONGEST >> 20) + " MiB"));
                        response.request().reset();
                        return;
                    }
                    body.appendBuffer(chunk);
                })
                .exceptionHandler(read::tryFail)
                .endHandler(end -> {
                    try {
                        read.tryComplete(answer(method, response.statusCode(), body));
                    } catch (RuntimeException e) {
                        read.tryFail(e);
                    }
                });
        return read.future();
    }

    private static JsonNode answer(String method, int status, Buffer body) {
        if (status == OK) {
            JsonNode json = body.length() == 0 ? null : Json.parse(body.getBytes(), JsonNode.class);
            return json == null || !json.isObject() ? JsonNodeFactory.instance.objectNode() : json;
        }
        throw new WharfException(
                status == NOT_FOUND ? ErrorKind.NOT_FOUND : ErrorKind.INTERNAL, method + ": " + words(body, status));
    }

    /** The plugin's {@code Err}, else all that it said. */
    private static String words(Buffer body, int status) {
        String text = new String(body.getBytes(), StandardCharsets.UTF_8).strip();
        try {
            String said = Json.MAPPER.readTree(text).path("Err").asText("");
            return said.isEmpty() ? text : said;
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            return text.isEmpty() ? "status " + status : text;
        }
    }

    private WharfException unavailable(String method, String reason) {
        return new WharfException(
                ErrorKind.UNAVAILABLE, "Post \"" + method + "\": dial " + address.shown() + ": " + reason);
    }

    /** As Go's dial has it; what has no words of its own tells by its type. */
    private static String reason(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String text = String.valueOf(cause.getMessage());
            if (cause instanceof FileNotFoundException || text.contains("No such file")) {
                return "connect: no such file or directory";
            }
            if (text.contains("Connection refused")) {
                return "connect: connection refused";
            }
        }
        String text = failure.getMessage();
        return text == null ? failure.getClass().getSimpleName() : text;
    }
}
