package io.wharf.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
    @TempDir
    Path folder;

    @Test
    void values_areReadByTheirTypes() throws IOException {
        ConfigFile file = read("""
                {"hosts": ["unix:///a", "tcp://:1"], "debug": true, "bip": "10.0.0.1/8", "bridge": null,
                 "runtimes": {"mine": {"path": "/bin/mine"}}}
                """);
        assertThat(file.texts("hosts")).containsExactly("unix:///a", "tcp://:1");
        assertThat(file.flag("debug")).isTrue();
        assertThat(file.text("bip")).isEqualTo("10.0.0.1/8");
        assertThat(file.has("bridge")).isFalse();
        assertThat(file.runtimes()).containsEntry("mine", "/bin/mine");
        assertThat(read("").texts("hosts")).isEmpty();
        assertThat(ConfigFile.read(folder.resolve("none"), false).has("hosts")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"hosts\": \"unix:///a\"}            | hosts must be a list of strings",
                "{\"insecure-registries\": {\"a\": 1}} | insecure-registries must be a list of strings",
                "{\"exec-opts\": [1]}                  | exec-opts must be a list of strings",
                "{\"debug\": \"yes\"}                  | debug must be true or false",
                "{\"bip\": 5}                          | bip must be a string",
                "{\"runtimes\": []}                    | runtimes must be an object",
                "{\"colour\": 1}                       | don't match any configuration option: colour",
                "{} x                                  | Unrecognized token",
                "[]                                    | it must hold a JSON object",
            })
    void wrongContent_isRefused(String json, String reason) {
        assertThatThrownBy(() -> read(json)).hasMessageContaining("config.json").hasMessageContaining(reason);
    }

    private ConfigFile read(String json) throws IOException {
        return ConfigFile.read(Files.writeString(folder.resolve("config.json"), json), true);
    }
}
