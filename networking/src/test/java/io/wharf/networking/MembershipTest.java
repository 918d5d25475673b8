package io.wharf.networking;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.base.Json;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import io.wharf.networking.address.Family;
import io.wharf.networking.ports.Protocol;
import io.wharf.networking.ports.PublishedPort;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which network leads out, and what the ledger keeps. */
class MembershipTest {
    private static Endpoint endpoint(String network, int priority, String gateway, String gateway6) {
        return endpoint("bridge", network, priority, gateway, gateway6);
    }

    private static Endpoint endpoint(String driver, String network, int priority, String gateway, String gateway6) {
        return new Endpoint(
                "e-" + network,
                "n-" + network,
                network,
                driver,
                "10.0.0.2/24",
                "",
                gateway,
                gateway6,
                "02:42:0a:00:00:02",
                driver.equals("bridge") ? "veth" + network : "",
                "eth0",
                new EndpointConfig(null, List.of(), List.of(), "", Map.of(), priority),
                false);
    }

    private static Membership of(Endpoint... endpoints) {
        return new Membership("c1", "web", "box", "s1", "/netns", "", List.of(endpoints), List.of(), List.of());
    }

    private static String gateway(Family family, Endpoint... endpoints) {
        return of(endpoints).gateway(family).map(Endpoint::network).orElse("");
    }

    @Test
    void gateway_isByPriority_thenFamilies_thenName() {
        Endpoint a = endpoint("a", 0, "10.0.0.1", "");
        Endpoint b = endpoint("b", 0, "10.0.0.1", "");
        Endpoint both = endpoint("z", 0, "10.0.0.1", "fd00::1");
        Endpoint first = endpoint("y", 1, "10.0.0.1", "");
        Endpoint inner = endpoint("i", 9, "", "");
        assertThat(gateway(Family.V4, b, a)).isEqualTo("a");
        assertThat(gateway(Family.V4, b, a, both)).isEqualTo("z");
        assertThat(gateway(Family.V4, b, both, first, inner)).isEqualTo("y");
        assertThat(gateway(Family.V6, b, both, first, inner)).isEqualTo("z");
        assertThat(gateway(Family.V6, a, inner)).isEmpty();
        assertThat(of(inner).leadsOut()).isFalse();
        assertThat(of(endpoint("n", -1, "10.0.0.1", ""), a).gateway(Family.V4)).contains(a);
    }

    @Test
    void portsAreKept_onlyWhereABridgeLeadsToIt() {
        Endpoint beside = endpoint("macvlan", "m", 0, "10.0.1.1", "");
        List<PublishedPort> ports = List.of(new PublishedPort(Protocol.TCP, 80, PublishedPort.ANY, 8080));
        Membership both = of(endpoint("a", 1, "10.0.0.1", ""), beside).publishing(ports, List.of("80/tcp"));
        assertThat(EndpointPorts.kept(both).ports()).isEqualTo(ports);
        Membership alone = of(beside).publishing(ports, List.of("80/tcp"));
        assertThat(EndpointPorts.kept(alone).ports()).isEmpty();
    }

    @Test
    void record_isReadBack_alsoOneOfAnEarlierVersion() {
        Membership whole = of(endpoint("a", 1, "10.0.0.1", "fd00::1"));
        assertThat(Json.read(whole.record().detail(), Membership.class)).isEqualTo(whole);
        Membership early = Json.read(
                "{\"ContainerId\":\"c1\",\"Name\":\"web\",\"SandboxID\":\"s1\",\"Netns\":\"/n\",\"SharedWith\":\"\","
                        + "\"Endpoints\":[{\"Id\":\"e1\",\"NetworkId\":\"n1\",\"Address\":\"10.0.0.2/24\",\"Mac\":\"\","
                        + "\"Veth\":\"veth1\",\"Asked\":{}}],\"Ports\":[],\"Exposed\":[]}",
                Membership.class);
        assertThat(early.endpoints().getFirst().inside()).isEqualTo("eth0");
        assertThat(early.endpoints().getFirst().address6()).isEmpty();
    }
}
