package io.wharf.images.registry;

import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.NotSslRecordException;
import io.vertx.core.http.HttpClosedException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says why nobody answered in the words of Go's network library, which users of Docker know and tools match. */
final class DialWords {
    static final String NOT_TLS = "http: server gave HTTP response to HTTPS client";

    private static final Pattern ADDRESS = Pattern.compile("/(\\[?[0-9a-fA-F.:]+\\]?:\\d+)");

    private DialWords() {}

    static String of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String text = one(cause);
            if (text != null) {
                return text;
            }
        }
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    private static @Nullable String one(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        String lower = message.toLowerCase(java.util.Locale.ROOT);
        return switch (cause) {
            case SocketTimeoutException late when message.startsWith("lookup ") -> "dial tcp: " + message;
            case UnknownHostException unknown -> "dial tcp: lookup " + name(message) + ": no such host";
            case NoRouteToHostException none -> "dial tcp" + address(message) + ": connect: no route to host";
            case ConnectTimeoutException late -> "dial tcp" + address(message) + ": i/o timeout";
            case ConnectException refused
            when lower.contains("connection refused") ->
                "dial tcp" + address(message) + ": connect: connection refused";
            case ConnectException refused
            when lower.contains("unreachable") -> "dial tcp" + address(message) + ": connect: network is unreachable";
            case ConnectException refused
            when lower.contains("timed out") -> "dial tcp" + address(message) + ": connect: connection timed out";
            case NotSslRecordException plain -> NOT_TLS;
            case SSLException tls -> tls(tls, lower);
            case HttpClosedException closed -> "EOF";
            case TimeoutException late
            when lower.contains("acquiring") || lower.contains("connect") -> "dial tcp: i/o timeout";
            case TimeoutException late -> "net/http: timeout awaiting response headers";
            default -> lower.contains("connection reset") ? "read: connection reset by peer" : null;
        };
    }

    private static @Nullable String tls(SSLException failure, String lower) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String text = String.valueOf(cause.getMessage());
            if (text.contains("unable to find valid certification path")
                    || text.contains("Path does not chain")
                    || text.contains("trustAnchors")) {
                return "tls: failed to verify certificate: x509: certificate signed by unknown authority";
            }
            if (text.startsWith("No subject alternative") || text.startsWith("No name matching")) {
                return "tls: failed to verify certificate: x509: " + text;
            }
            if (text.contains("NotAfter") || text.contains("validity check failed")) {
                return "tls: failed to verify certificate: x509: certificate has expired or is not yet valid";
            }
        }
        if (lower.contains("not an ssl/tls record") || lower.contains("plaintext connection")) {
            return NOT_TLS;
        }
        if (lower.contains("fatal alert") || lower.contains("received fatal")) {
            return "remote error: tls: "
                    + lower.replaceFirst(".*fatal alert: ", "").replace('_', ' ');
        }
        return failure.getCause() == null ? "tls: " + failure.getMessage() : null;
    }

    private static String address(String message) {
        Matcher found = ADDRESS.matcher(message);
        return found.find() ? " " + found.group(1) : "";
    }

    /** Resolvers say more than the name: {@code Failed to resolve 'x' [A(1)] after 2 queries}. */
    private static String name(String message) {
        Matcher quoted = Pattern.compile("'([^']+)'").matcher(message);
        return quoted.find() ? quoted.group(1).replaceFirst("\\.$", "") : message.replaceFirst(":.*", "");
    }
}
