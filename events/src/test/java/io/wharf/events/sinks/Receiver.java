package io.wharf.events.sinks;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.wharf.base.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** A receiver of webhooks that keeps what it took, and behaves as badly as it is told to. */
final class Receiver implements AutoCloseable {
    /** What it does with a request: a status, or a silence. */
    interface Manners {
        /** The status to answer with, or 0 for no answer at all. */
        int of(HttpExchange exchange, int number) throws IOException;
    }

    /** A request as it came. */
    record Taken(String contentType, @Nullable String signature, String body, int status) {}

    final List<Taken> requests = new CopyOnWriteArrayList<>();
    volatile Manners manners = (exchange, number) -> 204;
    /** What it thinks of what it was sent, where its manners let it: a status. */
    volatile ToIntFunction<String> bodies = body -> 204;

    private final HttpServer server;

    Receiver(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/hook", this::take);
        server.start();
    }

    private void take(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        int manner = manners.of(exchange, requests.size() + 1);
        int status = manner / 100 == 2 ? bodies.applyAsInt(body) : manner;
        requests.add(new Taken(
                exchange.getRequestHeaders().getFirst("Content-Type"),
                exchange.getRequestHeaders().getFirst("Wharf-Signature"),
                body,
                status));
        if (status > 0) {
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Numbers of the events that were taken with thanks, in the order in which they came. */
    List<Long> accepted() {
        List<Long> numbers = new ArrayList<>();
        for (Taken taken : requests) {
            if (taken.status() / 100 == 2) {
                JsonNode body = Json.parse(taken.body().getBytes(StandardCharsets.UTF_8), JsonNode.class);
                for (JsonNode event : body.isArray() ? body : List.of(body)) {
                    numbers.add(event.get("wharfseq").asLong());
                }
            }
        }
        return numbers;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
