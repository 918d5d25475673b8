package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The host's name server takes questions and answers none: who asks for a name waits, and nobody else. */
class SilentNamesTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    /** Says each name that is asked for, once. */
    private static final String SILENT = """
            import socket
            server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            server.bind(('127.0.0.9', 53))
            print('ready', flush=True)
            while True:
                question = server.recv(512)
                name, at = [], 12
                while question[at]:
                    name.append(question[at + 1:at + 1 + question[at]].decode())
                    at += question[at] + 1
                print('asked', '.'.join(name), flush=True)
            """;

    /** A request that waited for the name server would take as long as it is waited for. */
    private static final Duration SOON = Duration.ofSeconds(3);

    @AfterEach
    void answerAgain() {
        rig.machine().inHost("umount", "/etc/resolv.conf");
    }

    @Test
    void namesWithoutAnAnswer_holdUpNobodyElse() throws IOException {
        Path folder = Files.createTempDirectory(Path.of("/tmp"), "wharf-names.");
        Path resolver = Files.writeString(
                folder.resolve("resolv.conf"), "nameserver 127.0.0.9\noptions timeout:4 attempts:1\n");
        rig.machine()
                .inHost("mount", "--bind", resolver.toString(), "/etc/resolv.conf")
                .ok();
        try (Running server = rig.machine().startInHost("python3", "-c", SILENT).awaitOut("ready");
                Running pull = rig.docker().start("pull", "registry.silent.example/a/b")) {
            server.awaitOut("asked registry.silent.example");
            assertOthersAreServed(pull);
            assertThat(pull.await(Running.PATIENCE).err())
                    .contains("lookup registry.silent.example")
                    .containsAnyOf("no such host", "i/o timeout");
            try (Running login = rig.docker().start("login", "-u", "me", "-p", "secret", "login.silent.example");
                    Running fetch = rig.docker().start("import", "http://tars.silent.example/root.tar")) {
                server.awaitOut("asked tars.silent.example").awaitOut("asked login.silent.example");
                assertOthersAreServed(login, fetch);
            }
        } finally {
            Files.delete(resolver);
            Files.delete(folder);
        }
    }

    private static void assertOthersAreServed(Running... waiting) {
        long begun = System.nanoTime();
        assertThat(rig.ok("images", "-q")).isNotEmpty();
        rig.ok("run", "-d", "--log-driver=syslog", "--log-opt=syslog-address=tcp://logs.silent.example:514", "busybox");
        assertThat(rig.ok("volume", "ls")).isNotEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(SOON);
        assertThat(List.of(waiting)).allMatch(Running::alive);
    }
}
