package io.wharf.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.contracts.ListenerOptions;
import io.wharf.contracts.ListenerOptions.RoleSocket;
import io.wharf.contracts.ListenerOptions.Tls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenerSettingsTest {
    @TempDir
    Path folder;

    @Test
    void tls_isWantedByItselfOrByVerifying() throws Exception {
        assertThat(options("{}").tls()).isEmpty();
        assertThat(options("{}", "--tls").tls()).map(Tls::verify).contains(true);
        assertThat(options("{}", "--tlsverify").tls()).map(Tls::verify).contains(true);
        assertThat(options("{}", "--tlsverify=false").tls()).map(Tls::verify).contains(false);
        assertThat(options("{\"tls\": true}").tls()).map(Tls::verify).contains(true);
        assertThat(options("{}", "--tls=false").plainTcp()).isTrue();
    }

    @Test
    void tlsFiles_areInDockersFolder_unlessTold() throws Exception {
        assertThat(options("{}", "--tlsverify", "--tlskey=/k").tls())
                .contains(new Tls(
                        true, Path.of("/home/me/.docker/ca.pem"), Path.of("/home/me/.docker/cert.pem"), Path.of("/k")));
    }

    @Test
    void hosts_areReadAsDockerdDoes() throws Exception {
        assertThat(settings("{}").hosts()).containsExactly("unix:///var/run/docker.sock");
        assertThat(settings("{}", "--tls").hosts()).containsExactly("tcp://localhost:2376");
        assertThat(settings("{}", "-H", "fd://", "-H", "unix:///a", "-H", "127.0.0.1:99", "-H", "tcp://")
                        .hosts())
                .containsExactly("fd://", "unix:///a", "tcp://127.0.0.1:99", "tcp://localhost:2375");
        assertThatThrownBy(() -> settings("{}", "-H", "npipe:////./pipe/a").hosts())
                .hasMessageContaining("unsupported proto 'npipe'");
    }

    @Test
    void sockets_haveRoles() throws Exception {
        assertThat(options("""
                        {"sockets": [{"path": "/ro", "role": "read-only", "group": "monitoring", "mode": "0600"},
                                     {"path": "/op", "role": "operator"}]}
                        """).sockets())
                .containsExactly(
                        new RoleSocket(Path.of("/ro"), "monitoring", 0600, "read-only"),
                        new RoleSocket(Path.of("/op"), null, 0660, "operator"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"path\": \"ro\", \"role\": \"admin\"}",
                "{\"path\": \"/ro\", \"role\": \"king\"}",
                "{\"path\": \"/ro\"}",
                "{\"path\": \"/ro\", \"role\": \"admin\", \"mode\": \"9\"}",
                "{\"path\": \"/ro\", \"role\": \"admin\", \"user\": \"me\"}"
            })
    void socket_thatIsNone_isRefused(String socket) {
        assertThatThrownBy(() -> options("{\"sockets\": [" + socket + "]}")).hasMessageContaining("invalid socket {");
    }

    private ListenerOptions options(String json, String... flags) throws Exception {
        return settings(json, flags).options();
    }

    private ListenerSettings settings(String json, String... flags) throws Exception {
        Path file = Files.writeString(folder.resolve("daemon.json"), json);
        List<String> arguments = new ArrayList<>(List.of("--config-file", file.toString()));
        arguments.addAll(List.of(flags));
        return new ListenerSettings(
                Settings.merge(Flags.parse(arguments.toArray(String[]::new))), Map.of("HOME", "/home/me"));
    }
}
