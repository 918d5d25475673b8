package io.wharf.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What tests of copies need: a folder of the host, and a container {@code box} into which it is copied. */
final class CopyBox {
    /** The folder. */
    final Path host;

    private final Rig rig;

    CopyBox(Rig rig) {
        this.rig = rig;
        try {
            host = Files.createTempDirectory(rig.engine().home(), "copy");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A container with a volume, a read-only bind and links, that runs or has never run. */
    void container(boolean running, String... flags) {
        List<String> command = new ArrayList<>(List.of(running ? "run" : "create"));
        if (running) {
            command.add("-d");
        }
        command.addAll(List.of("--name", "box", "--network", "none", "-v", "/vol", "-v", host + ":/ro:ro"));
        command.addAll(List.of(flags));
        command.addAll(List.of("busybox", "sleep", "1000"));
        rig.ok(command.toArray(String[]::new));
    }

    /** Sends a tar to be unpacked at a place of the container. */
    Http.Reply put(String path, byte[] tar) {
        ByteBuffer body = ByteBuffer.wrap(tar);
        try (SocketChannel channel = rig.http().connect()) {
            channel.write(ByteBuffer.wrap(("PUT /containers/box/archive?path=" + path
                            + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-tar\r\n"
                            + "Content-Length: " + tar.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8)));
            while (body.hasRemaining()) {
                channel.write(body);
            }
            return Http.read(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
