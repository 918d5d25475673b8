package io.wharf.networking;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.base.Json;
import io.wharf.contracts.FirewallOptions;
import io.wharf.contracts.NetworkService.Ipam;
import io.wharf.contracts.NetworkService.IpamConfig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StoredNetworkTest {
    @Test
    void read_isWhatTheMapperReads() {
        Network whole = new Network(
                "5e1f",
                "front",
                1_700_000_000_000_000_001L,
                Driver.BRIDGE,
                true,
                true,
                true,
                "base",
                "global",
                false,
                true,
                new Ipam(
                        "default",
                        Map.of("a", "b"),
                        List.of(
                                new IpamConfig("10.1.0.0/16", "10.1.2.0/24", "10.1.0.1", Map.of("host", "10.1.0.9")),
                                new IpamConfig("10.2.0.0/16", null, null, null))),
                Network.defaultBridgeOptions("wharf0", FirewallOptions.usual(true), 0),
                Map.of("owner", "me"));
        Network bare = Network.predefined("0", "none", 1, Driver.NONE, Map.of());

        for (Network network : List.of(whole, bare)) {
            String text = Json.write(network);
            assertThat(StoredNetwork.read(text)).isEqualTo(network).isEqualTo(Json.read(text, Network.class));
        }
    }

    @Test
    void read_ofAnEarlierVersion_hasIpv4() {
        String text = "{\"Id\":\"0\",\"Name\":\"bridge\",\"CreatedNanos\":1,\"Driver\":\"bridge\",\"Internal\":false,"
                + "\"Attachable\":false,\"IPAM\":{\"Driver\":\"default\",\"Options\":null,\"Config\":[]},"
                + "\"Options\":{},\"Labels\":{}}";
        assertThat(StoredNetwork.read(text)).isEqualTo(Network.predefined("0", "bridge", 1, Driver.BRIDGE, Map.of()));
    }
}
