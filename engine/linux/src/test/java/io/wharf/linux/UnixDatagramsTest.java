package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(OpenDescriptors.class)
class UnixDatagramsTest {
    private static final byte[] TEXT = "<14>one message".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path folder;

    @Test
    void messages_keepTheirBounds() {
        var path = folder.resolve("log").toString();
        try (var receiver = UnixDatagrams.bind(path);
                var sender = UnixDatagrams.open()) {
            assertThat(UnixDatagrams.send(sender, path, TEXT, 0, TEXT.length)).isTrue();
            assertThat(UnixDatagrams.send(sender, path, TEXT, 4, 3)).isTrue();
            assertThat(UnixDatagrams.receive(receiver, 100)
                            .orElseThrow()
                            .bytes()
                            .getBytes())
                    .isEqualTo(TEXT);
            assertThat(UnixDatagrams.receive(receiver, 100).orElseThrow().bytes())
                    .hasToString("one");
            assertThat(UnixDatagrams.receive(receiver, 100)).isEmpty();
        }
    }

    @Test
    void fullQueue_isToldWithoutBlocking() {
        var path = folder.resolve("log").toString();
        try (var receiver = UnixDatagrams.bind(path);
                var sender = UnixDatagrams.open()) {
            var sent = 0;
            while (UnixDatagrams.send(sender, path, TEXT, 0, TEXT.length)) {
                sent++;
            }
            assertThat(sent).isPositive();
            assertThat(UnixDatagrams.receive(receiver, 100)).isPresent();
            assertThat(UnixDatagrams.send(sender, path, TEXT, 0, TEXT.length)).isTrue();
        }
    }

    @Test
    void absentReceiver_isNamed() {
        var path = folder.resolve("nobody").toString();
        try (var sender = UnixDatagrams.open()) {
            assertThatThrownBy(() -> UnixDatagrams.send(sender, path, TEXT, 0, 1))
                    .hasMessageContaining("ENOENT")
                    .hasMessageContaining(path);
            UnixDatagrams.bind(path).close();
            assertThatThrownBy(() -> UnixDatagrams.send(sender, path, TEXT, 0, 1))
                    .hasMessageContaining("ECONNREFUSED");
            assertThatThrownBy(() -> UnixDatagrams.send(sender, "/" + "x".repeat(200), TEXT, 0, 1))
                    .hasMessageContaining("ENAMETOOLONG");
        }
    }

    @Test
    void longMessage_travelsAsSealedMemory() throws Exception {
        var path = folder.resolve("journal").toString();
        var bytes = new byte[3 << 20];
        bytes[bytes.length - 1] = 7;
        try (var receiver = UnixDatagrams.bind(path);
                var sender = UnixDatagrams.open()) {
            assertThatThrownBy(() -> UnixDatagrams.send(sender, path, bytes, 0, bytes.length))
                    .hasMessageContaining("EMSGSIZE");
            try (var memory = UnixDatagrams.sealed("long", bytes, 0, bytes.length)) {
                assertThat(UnixDatagrams.sendDescriptor(sender, path, memory)).isTrue();
                assertThatThrownBy(() -> memory.write(TEXT, 0, 1)).hasMessageContaining("EPERM");
            }
            try (var came = UnixDatagrams.receive(receiver, 100)
                    .orElseThrow()
                    .descriptor()
                    .orElseThrow()) {
                assertThat(Files.readAllBytes(Path.of(came.procPath()))).isEqualTo(bytes);
            }
        }
    }
}
