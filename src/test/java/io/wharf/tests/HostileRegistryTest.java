package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Registries that mean harm: each pull ends in words and bounded time, and the engine stays as small as it is. */
@WharfOnly("its patience and its limits cannot be set")
class HostileRegistryTest {
    /** Above rest; the engine's heap is 128 MB. */
    private static final long MOST_KILOBYTES = 150 << 10;

    private static final Path HOSTS = plainHttp();

    @RegisterExtension
    static final Rig rig = new Rig("--image-limit", "unpacked-size=32m", "--registry-certs-dir", HOSTS.toString())
            .properties("-Dwharf.registry.patience=2000,1,100,1000,2");

    private static @Nullable Running registry;
    private static long rest;

    private static Path plainHttp() {
        try {
            Path folder = Files.createTempDirectory("wharf-hosts.");
            String host = "localhost:" + HostileRegistry.PORT;
            Files.writeString(
                    Files.createDirectory(folder.resolve(host)).resolve("hosts.toml"),
                    "server = \"http://" + host + "\"\n");
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BeforeAll
    static void startRegistry() throws Exception {
        Path classes = Path.of(HostileRegistry.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        registry = rig.machine()
                .startInHost(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        classes.toString(),
                        HostileRegistry.class.getName())
                .awaitOut("ready");
        rest = resident("VmRSS:");
    }

    @AfterAll
    static void stopRegistry() throws IOException {
        Objects.requireNonNull(registry).close();
        Running.run("rm", "-r", HOSTS.toString()).ok();
        // What came of a layer waits for a day for the next pull; a day later the next engine lets go of it.
        rig.engine().stop();
        try (var begun = Files.list(rig.engine().dataRoot().resolve("downloads"))) {
            for (Path file : begun.toList()) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
            }
        }
        rig.engine().start();
    }

    private static long resident(String line) throws Exception {
        return Files.readAllLines(Path.of("/proc/" + rig.engine().pid() + "/status")).stream()
                .filter(one -> one.startsWith(line))
                .mapToLong(one -> Long.parseLong(one.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "large-manifest, too long",
        "large-error, too long",
        "large-config, too long",
        "token, too long",
        "deep-manifest, nest",
        "many-layers, layers",
        "manifest-loop, stopped after 10 redirects",
        "blob-loop, stopped after 10 redirects",
        "lying-layer, verification failed",
        "lying-config, verification failed",
        "lying-diff, match image configuration",
        "endless-layer, verification failed",
        "stalling-layer, no byte of the body",
        "closing-layer, closed",
        "bomb, unpacked-size"
    })
    void pull_isRefusedInWords(String harm, String words) throws Exception {
        long engine = rig.engine().pid();
        Ran ran = rig.run("pull", "localhost:" + HostileRegistry.PORT + "/" + harm + ":1");
        assertThat(ran.code()).as(ran.out() + ran.err()).isEqualTo(1);
        assertThat(ran.err()).contains(words);
        assertThat(rig.engine().pid()).isEqualTo(engine);
        assertThat(resident("VmHWM:")).isLessThan(rest + MOST_KILOBYTES);
        assertThat(rig.ok("images", "-q", "localhost:" + HostileRegistry.PORT + "/" + harm))
                .isEmpty();
    }

    @Test
    void pull_ofWhatMeansNoHarm_works() {
        rig.ok("pull", "localhost:" + HostileRegistry.PORT + "/harmless:1");
    }
}
