package io.wharf.networking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.contracts.HostConfig.PortBinding;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses, pools and ports as numbers and words. */
class SubnetTest {
    @Test
    void parse_dropsHostBits() {
        assertThat(Subnet.parse("172.17.3.4/16")).hasToString("172.17.0.0/16");
        assertThat(Subnet.parse("200.1.2.3/32").size()).isEqualTo(1);
        assertThat(Subnet.parse("0.0.0.0/0").contains(Subnet.number("255.255.255.255")))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"172.17.0.0", "172.17.0/16", "256.0.0.0/8", "1.2.3.4/33", "host/8", "1.2.3.4/x", "::1/8"})
    void parse_refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> Subnet.parse(text)).hasMessageStartingWith("invalid ");
    }

    @Test
    void overlaps_isMutual() {
        Subnet wide = Subnet.parse("10.0.0.0/8");
        Subnet narrow = Subnet.parse("10.200.0.0/16");
        assertThat(wide.overlaps(narrow)).isTrue();
        assertThat(narrow.overlaps(wide)).isTrue();
        assertThat(narrow.overlaps(Subnet.parse("10.201.0.0/16"))).isFalse();
    }

    @Test
    void firstFree_goesAroundWhatIsInUse() {
        assertThat(DefaultPools.candidates()).hasSize(31);
        assertThat(DefaultPools.firstFree(List.of())).hasToString("172.17.0.0/16");
        assertThat(DefaultPools.firstFree(List.of(Subnet.parse("172.16.0.0/12"))))
                .hasToString("192.168.0.0/20");
        List<Subnet> all = List.of(Subnet.parse("172.16.0.0/12"), Subnet.parse("192.168.0.0/16"));
        assertThatThrownBy(() -> DefaultPools.firstFree(all)).hasMessageContaining("non-overlapping IPv4 address pool");
    }

    @Test
    void pool_goesRoundBeforeItRepeats() {
        AddressPool pool = new AddressPool(Subnet.parse("10.0.0.0/29"), Subnet.number("10.0.0.1"), "n");
        assertThat(Subnet.text(pool.take())).isEqualTo("10.0.0.2");
        int three = pool.take();
        pool.release(three);
        assertThat(Subnet.text(pool.take())).isEqualTo("10.0.0.4");
        pool.take();
        pool.take();
        assertThat(pool.take()).isEqualTo(three);
        assertThatThrownBy(pool::take).hasMessage("no available IPv4 addresses on this network's address pools: n");
        assertThatThrownBy(() -> pool.take(three)).hasMessage("Address already in use");
    }

    @Test
    void pool_ofOneOrTwoAddresses_isSmall() {
        AddressPool pool = new AddressPool(Subnet.parse("10.0.0.0/31"), Subnet.number("10.0.0.0"), "n");
        assertThat(Subnet.text(pool.take())).isEqualTo("10.0.0.1");
        assertThatThrownBy(pool::take).hasMessageContaining("no available");
    }

    @Test
    void pool_ofManyAddresses_neverGivesTheBroadcast() {
        AddressPool pool = new AddressPool(Subnet.parse("172.17.0.0/16"), Subnet.number("172.17.0.1"), "n");
        for (int i = 0; i < 65_533; i++) {
            assertThat(Subnet.text(pool.take())).isNotEqualTo("172.17.255.255");
        }
        assertThatThrownBy(pool::take).hasMessageContaining("no available");
    }

    @Test
    void ports_areRead() {
        List<WantedPort> wanted = WantedPort.parse(
                List.of("90/tcp", "80/tcp"),
                Map.of("80/tcp", List.of(new PortBinding("127.0.0.1", "8000-8010"), new PortBinding("", ""))),
                true);
        assertThat(wanted)
                .containsExactly(
                        new WantedPort(Protocol.TCP, 80, "127.0.0.1", 8000, 8010),
                        new WantedPort(Protocol.TCP, 80, "0.0.0.0", 0, 0),
                        new WantedPort(Protocol.TCP, 90, "0.0.0.0", 0, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8010-8000", "70000", "-1", "a", "1-b"})
    void hostPort_isChecked(String port) {
        assertThatThrownBy(() ->
                        WantedPort.parse(List.of(), Map.of("80/tcp", List.of(new PortBinding("", port))), false))
                .hasMessage("invalid port specification: \"" + port + "\"");
    }

    @Test
    void whatIsNotSupportedYet_isSaid() {
        assertThatThrownBy(() ->
                        WantedPort.parse(List.of(), Map.of("80/tcp", List.of(new PortBinding("::1", "80"))), false))
                .hasMessageContaining("IPv6 address ::1 is not supported yet");
        assertThatThrownBy(() ->
                        WantedPort.parse(List.of(), Map.of("80/sctp", List.of(new PortBinding("", "80"))), false))
                .hasMessageContaining("SCTP");
    }

    @Test
    void linkNames_becomeIdentifiers() {
        assertThat(RuleText.identifier("br-1.5")).isEqualTo("br-1.5");
        assertThat(RuleText.identifier("a_b@c")).isEqualTo("a_5fb_40c");
    }
}
