package io.wharf.images;

import io.wharf.linux.RemoveTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;

/** A {@code docker-registry} of its own on a free port of 127.0.0.1, with its data in a temporary folder. */
public final class RealRegistry implements AutoCloseable {
    final int port;
    private final Path folder;
    private final Process process;

    private RealRegistry(String more) throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        folder = Files.createTempDirectory("wharf-images.");
        Path config = folder.resolve("config.yml");
        Files.writeString(config, """
                version: 0.1
                log: {level: error}
                storage: {filesystem: {rootdirectory: %s}, delete: {enabled: true}}
                http: {addr: "127.0.0.1:%d"}
                """.formatted(folder.resolve("data"), port) + more.formatted(folder));
        Files.writeString(
                folder.resolve("htpasswd"), "me:$2b$05$qgSPMQqAQdBXCAWtgEI4KOR/PcWfzNtwsTLcnAQRVqxX5Yb0.zVja\n");
        process = new ProcessBuilder("docker-registry", "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(this::answers);
    }

    public static RealRegistry open() {
        return start("");
    }

    /** Wants user {@code me} with password {@code secret}. */
    public static RealRegistry withPassword() {
        return start("auth: {htpasswd: {realm: here, path: %s/htpasswd}}\n");
    }

    private static RealRegistry start(String more) {
        try {
            return new RealRegistry(more);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String host() {
        return "127.0.0.1:" + port;
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        RemoveTree.at(folder);
    }
}
