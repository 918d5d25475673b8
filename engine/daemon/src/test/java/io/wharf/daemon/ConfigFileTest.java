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
                 "proxies": {"no-proxy": "a"}, "log-opts": {"max-size": "1m"}}
                """);
        assertThat(file.texts("hosts")).containsExactly("unix:///a", "tcp://:1");
        assertThat(file.truth("debug")).isTrue();
        assertThat(file.text("bip")).isEqualTo("10.0.0.1/8");
        assertThat(file.has("bridge")).isFalse();
        assertThat(file.text("no-proxy")).isEqualTo("a");
        assertThat(file.pairs("log-opts")).containsEntry("max-size", "1m");
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
                "{\"default-address-pools\": [1]}   | default-address-pools must be a list of objects",
                "{\"mtu\": 1.5}                    | mtu must be a whole number",
                "{\"ip\": \"here\"}                | ip must be an IP address",
                "{\"proxies\": {\"colour\": \"\"}}  | don't match any configuration option: colour",
                "{\"config-file\": \"a\"}           | don't match any configuration option: config-file",
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
