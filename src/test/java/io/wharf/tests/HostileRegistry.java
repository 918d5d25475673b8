package io.wharf.tests;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;

/**
 * A registry that means harm, a program of its own: the repository's name says which. It answers on port 5001 of the
 * machine that it is started on.
 */
final class HostileRegistry {
    static final int PORT = 5001;
    private static final int MEGABYTE = 1 << 20;
    private static final int LARGE = 100;
    private static final int BOMB = 40;
    private static final int GZIP_TIME = 4;
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final byte[] SPACES = new byte[MEGABYTE];

    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final Map<String, byte[]> images = new ConcurrentHashMap<>();

    private HostileRegistry() {
        Arrays.fill(SPACES, (byte) ' ');
    }

    public static void main(String[] arguments) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", PORT), 0);
        HostileRegistry registry = new HostileRegistry();
        registry.image("bomb");
        server.createContext("/", registry::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        System.out.println("ready");
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String[] parts = path.split("/");
        String harm = parts.length > 2 ? parts[2] : "";
        try (exchange) {
            if (path.equals("/token")) {
                endless(exchange, 200, "{\"token\":\"");
            } else if (harm.equals("token") && path.startsWith("/v2/")) {
                exchange.getResponseHeaders()
                        .add("WWW-Authenticate", "Bearer realm=\"http://localhost:" + PORT + "/token\",service=\"x\"");
                body(exchange, 401, new byte[0]);
            } else if (path.contains("/manifests/")) {
                manifest(exchange, harm, path);
            } else if (path.contains("/blobs/")) {
                blob(exchange, harm, blobs.getOrDefault(parts[parts.length - 1], new byte[0]));
            } else {
                body(exchange, 200, "{}".getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private void manifest(HttpExchange exchange, String harm, String path) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", MANIFEST);
        switch (harm) {
            case "large-manifest" -> endless(exchange, 200, "{\"schemaVersion\":2,\"config\":");
            case "large-error" -> endless(exchange, 500, "{\"errors\":[{\"code\":\"");
            case "manifest-loop" -> redirect(exchange, path);
            case "many-layers" -> body(exchange, 200, layers(10_000));
            case "deep-manifest" -> body(exchange, 200, "[".repeat(MEGABYTE).getBytes(StandardCharsets.UTF_8));
            default -> body(exchange, 200, image(harm));
        }
    }

    private void blob(HttpExchange exchange, String harm, byte[] bytes) throws IOException {
        boolean config = bytes.length > 0 && bytes[0] == '{';
        switch (harm) {
            case "lying-layer" -> body(exchange, 200, config ? bytes : other(bytes));
            case "endless-layer" -> {
                if (config) {
                    body(exchange, 200, bytes);
                } else {
                    endless(exchange, 200, "x");
                }
            }
            case "large-config" -> endless(exchange, 200, "{\"a\":");
            case "blob-loop" -> redirect(exchange, exchange.getRequestURI().getPath());
            case "stalling-layer" -> {
                if (config) {
                    body(exchange, 200, bytes);
                } else {
                    stall(exchange, bytes);
                }
            }
            case "closing-layer" -> {
                if (config) {
                    body(exchange, 200, bytes);
                } else {
                    // Says that all will come, and closes with a byte of it.
                    exchange.sendResponseHeaders(200, bytes.length);
                    exchange.getResponseBody().write(bytes, 0, 1);
                    exchange.getResponseBody().flush();
                }
            }
            default -> body(exchange, 200, bytes);
        }
    }

    private byte[] image(String harm) throws IOException {
        byte[] known = images.get(harm);
        if (known == null) {
            known = make(harm);
            images.put(harm, known);
        }
        return known;
    }

    /** Each harm has a layer of its own, so that none is there already. */
    private byte[] make(String harm) throws IOException {
        byte[] tar = harm.equals("bomb")
                ? new Tar().file("nothing", new byte[BOMB * MEGABYTE]).bytes()
                : new Tar().file("file", (harm + "\n").repeat(20_000)).bytes();
        byte[] layer = packed(tar);
        String diff = harm.equals("lying-diff") ? "0".repeat(64) : sha256(tar);
        byte[] config = ("{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Labels\":{\"harm\":\"" + harm
                        + "\"}},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:" + diff + "\"]}}")
                .getBytes(StandardCharsets.UTF_8);
        String configDigest = keep(config);
        if (harm.equals("lying-config")) {
            blobs.put(
                    configDigest,
                    new String(config, StandardCharsets.UTF_8)
                            .replace("lying", "lied!")
                            .getBytes(StandardCharsets.UTF_8));
        }
        return manifest(config.length, configDigest, descriptor(layer.length, keep(layer)));
    }

    private byte[] layers(int count) {
        String one = descriptor(1, "sha256:" + "1".repeat(64));
        String diff = "\"sha256:" + "2".repeat(64) + "\"";
        byte[] config = ("{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":["
                        + (diff + ",").repeat(count - 1) + diff + "]}}")
                .getBytes(StandardCharsets.UTF_8);
        return manifest(config.length, keep(config), (one + ",").repeat(count - 1) + one);
    }

    private static byte[] manifest(int configSize, String config, String layers) {
        return ("{\"schemaVersion\":2,\"mediaType\":\"" + MANIFEST
                        + "\",\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"size\":"
                        + configSize
                        + ",\"digest\":\"" + config + "\"},\"layers\":[" + layers + "]}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String descriptor(int size, String digest) {
        return "{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"size\":" + size + ",\"digest\":\""
                + digest + "\"}";
    }

    private String keep(byte[] bytes) {
        String digest = "sha256:" + sha256(bytes);
        blobs.put(digest, bytes);
        return digest;
    }

    /** The same content under another time, so as many bytes, of which one is another. */
    private static byte[] other(byte[] bytes) {
        byte[] other = bytes.clone();
        other[GZIP_TIME]++;
        return other;
    }

    private static byte[] packed(byte[] tar) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(tar);
        }
        return out.toByteArray();
    }

    private static void body(HttpExchange exchange, int status, byte[] bytes) throws IOException {
        boolean head = exchange.getRequestMethod().equals("HEAD");
        if (head) {
            exchange.getResponseHeaders().add("Content-Length", "" + bytes.length);
        }
        exchange.sendResponseHeaders(status, head || bytes.length == 0 ? -1 : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
    }

    private static void endless(HttpExchange exchange, int status, String begin) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, 0);
        exchange.getResponseBody().write(begin.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < LARGE; i++) {
            exchange.getResponseBody().write(SPACES);
        }
    }

    private static void redirect(HttpExchange exchange, String path) throws IOException {
        exchange.getResponseHeaders().add("Location", path);
        exchange.sendResponseHeaders(307, -1);
    }

    private static void stall(HttpExchange exchange, byte[] bytes) throws IOException {
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes, 0, 1);
        exchange.getResponseBody().flush();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
