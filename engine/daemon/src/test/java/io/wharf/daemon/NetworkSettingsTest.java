package io.wharf.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.contracts.NetworkDefaults;
import io.wharf.contracts.NetworkDefaults.Pool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkSettingsTest {
    @TempDir
    private Path folder = Path.of("/");

    private NetworkDefaults defaults(String json, String... flags) throws Exception {
        Path file = folder.resolve("daemon.json");
        Files.writeString(file, json);
        List<String> all = new ArrayList<>(List.of("--config-file", file.toString()));
        all.addAll(List.of(flags));
        return Settings.merge(Flags.parse(all.toArray(String[]::new)))
                .toOptions()
                .networks();
    }

    @Test
    void nothingSaid_isUsual() throws Exception {
        assertThat(defaults("{}")).isEqualTo(NetworkDefaults.USUAL);
    }

    @Test
    void fileAndFlags_areRead() throws Exception {
        NetworkDefaults read = defaults("{\"default-address-pools\":[{\"base\":\"10.20.0.0/16\",\"size\":24}],"
                + "\"default-network-opts\":{\"bridge\":{\"a\":\"b\"}}, \"mtu\": 1400}");
        assertThat(read.pools()).containsExactly(new Pool("10.20.0.0/16", 24));
        assertThat(read.options().get("bridge")).containsEntry("a", "b");
        assertThat(read.mtu()).isEqualTo(1400);
        assertThat(defaults("{}", "--default-network-opt", "bridge=c=d=e")
                        .options()
                        .get("bridge"))
                .containsEntry("c", "d=e");
        assertThat(defaults("{}", "--default-address-pool", "base=fd01::/48,size=64")
                        .pools())
                .containsExactly(new Pool("fd01::/48", 64));
    }

    @Test
    void nonsense_isRefused() throws IOException {
        assertThatThrownBy(() -> defaults("{}", "--default-address-pool", "10.0.0.0/8"))
                .hasMessageContaining("it must have a base and a size");
        assertThatThrownBy(() -> defaults("{\"default-address-pools\":[{\"base\":\"10.0.0.0/8\"}]}"))
                .hasMessageContaining("it must have a base and a size");
        assertThatThrownBy(() -> defaults("{\"default-address-pools\":\"10.0.0.0/8\"}"))
                .hasMessageContaining("default-address-pools must be a list");
        assertThatThrownBy(() -> defaults("{}", "--default-network-opt", "bridge=x"))
                .hasMessageContaining("it must be driver=name=value");
        assertThatThrownBy(() -> defaults("{}", "--mtu", "-1")).hasMessage("invalid default MTU: -1");
    }
}
