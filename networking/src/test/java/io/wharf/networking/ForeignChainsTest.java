package io.wharf.networking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.linux.Nftables;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A host whose own rules drop forwarded packets. */
class ForeignChainsTest extends HostTest {
    private static final String DROPS =
            "add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; };"
                    + "add rule ip filter FORWARD ip daddr 198.51.100.99 counter drop";
    private static final String REJECTS =
            "add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy accept; };"
                    + "add rule ip filter FORWARD counter reject with icmp type host-prohibited";

    @ParameterizedTest
    @ValueSource(strings = {DROPS, REJECTS})
    void foreignDrop_isAnsweredInPlaceAndTakenBack(String rules) throws IOException {
        Host.nft(rules);
        String before = Host.rules();
        try (Engine engine = Engine.start(folder)) {
            Sandbox one = engine.join("a1", "bridge", "8080:80/tcp");
            try (var inOne = Engine.inside(one).serveTcp("0.0.0.0", 80);
                    var hidden = Engine.inside(one).serveTcp("0.0.0.0", 81);
                    var away = outside.peer.serveTcp(Outside.ADDRESS, 82)) {
                assertThat(outside.peer.callTcp(Outside.HOST, 8080)).isEqualTo(Outside.ADDRESS);
                assertThat(Engine.inside(one).callTcp(Outside.ADDRESS, 82)).isEqualTo(Outside.HOST);
                assertThat(outside.peer.isShut(Engine.address(one), 81)).isTrue();
                assertThat(inOne.isOpen() && hidden.isOpen() && away.isOpen()).isTrue();
            }
            // The second start finds the accepts of the first, and adds none.
            String during = Host.rules().replaceAll("packets \\d+ bytes \\d+", "");
            engine.close();
            try (Engine again = Engine.start(folder)) {
                assertThat(Host.rules().replaceAll("packets \\d+ bytes \\d+", ""))
                        .isEqualTo(during);
                again.leave("a1");
            }
        }
        assertThat(Host.rules().replaceAll("packets \\d+ bytes \\d+", ""))
                .isEqualTo(before.replaceAll("packets \\d+ bytes \\d+", ""));
    }

    /** Another engine started, or an administrator's reload, while this one runs. */
    @Test
    void dropThatComesLater_isAnsweredWithinASecond() throws IOException {
        try (Engine engine = Engine.start(folder)) {
            Sandbox one = engine.join("a1", "bridge", "8080:80/tcp");
            Host.nft(DROPS);
            await().atMost(Duration.ofSeconds(1))
                    .untilAsserted(() -> assertThat(Host.rules()).contains("comment \"wharf:wharf0\""));
            try (var inOne = Engine.inside(one).serveTcp("0.0.0.0", 80)) {
                assertThat(outside.peer.callTcp(Outside.HOST, 8080)).isEqualTo(Outside.ADDRESS);
                assertThat(inOne.isOpen()).isTrue();
            }
            engine.leave("a1");
        }
        assertThat(Host.rules()).doesNotContain("wharf");
    }

    @Test
    void halfOfAnAcceptThatIsGone_comesBack() throws IOException {
        try (Engine engine = Engine.start(folder)) {
            engine.join("a1", "bridge");
            Host.nft(DROPS);
            await().atMost(Duration.ofSeconds(2)).until(() -> accepts("oifname") == 1 && accepts("iifname") == 1);
            try (Nftables nft = Nftables.open()) {
                for (JsonNode item : Json.MAPPER
                        .readTree(nft.runJson("list chain ip filter FORWARD"))
                        .path("nftables")) {
                    if (item.path("rule").path("expr").toString().contains("oifname")) {
                        nft.run("delete rule ip filter FORWARD handle "
                                + item.path("rule").path("handle").asLong());
                    }
                }
            }
            await().atMost(Duration.ofSeconds(2)).until(() -> accepts("oifname") == 1 && accepts("iifname") == 1);
            engine.leave("a1");
        }
    }

    private static long accepts(String side) {
        return Host.nft("list chain ip filter FORWARD")
                .lines()
                .filter(rule -> rule.contains(side + " \"wharf0\""))
                .count();
    }

    @Test
    void withoutIptables_noRuleIsSet_andTheEngineCarriesAll() throws IOException {
        try (Engine engine = Engine.start(folder, "wharf0", null, false)) {
            Sandbox one = engine.join("a1", "bridge", "8080:80/tcp", "5353:53/udp");
            try (var tcp = Engine.inside(one).serveTcp("0.0.0.0", 80);
                    var udp = Engine.inside(one).serveUdp("0.0.0.0", 53)) {
                assertThat(outside.peer.callTcp(Outside.HOST, 8080)).isEqualTo("172.17.0.1");
                assertThat(outside.peer.callUdp(Outside.HOST, 5353)).isEqualTo("172.17.0.1");
                assertThat(Peer.HERE.callTcp("127.0.0.1", 8080)).isEqualTo("172.17.0.1");
                assertThat(Peer.HERE.callUdp("127.0.0.1", 5353)).isEqualTo("172.17.0.1");
                assertThat(tcp.isOpen() && udp.isOpen()).isTrue();
            }
            assertThat(Host.rules()).isEmpty();
            assertThat(Engine.await(engine.service.facts()).firewall()).contains("--iptables=false");
            engine.leave("a1");
        }
        Host.assertClean(folder);
    }
}
