package io.wharf.networking.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which addresses and subnets are given out, and which are not. */
class AddressPoolTest {
    private static AddressPool pool(String subnet, @Nullable String range, String gateway, String... reserved) {
        return new AddressPool(
                Subnet.parse(subnet),
                range == null ? null : Subnet.parse(range),
                Ip.parse(gateway),
                List.of(reserved).stream().map(Ip::parse).toList(),
                "n");
    }

    @Test
    void take_goesRoundBeforeItRepeats() {
        AddressPool pool = pool("10.0.0.0/29", null, "10.0.0.1");
        assertThat(Ip.text(pool.take())).isEqualTo("10.0.0.2");
        InetAddress three = pool.take();
        pool.release(three);
        assertThat(Ip.text(pool.take())).isEqualTo("10.0.0.4");
        pool.take();
        pool.take();
        assertThat(pool.take()).isEqualTo(three);
        assertThatThrownBy(pool::take).hasMessage("no available IPv4 addresses on this network's address pools: n");
        assertThatThrownBy(() -> pool.take(three)).hasMessage("Address already in use");
        assertThatThrownBy(() -> pool.take(Ip.parse("10.0.0.1"))).hasMessage("Address already in use");
    }

    @Test
    void take_ofARange_staysInIt_andNamedAddressesNeedNot() {
        AddressPool pool = pool("10.0.0.0/16", "10.0.5.0/30", "10.0.0.1", "10.0.5.1");
        assertThat(pool.available()).isEqualTo(3L);
        assertThat(Ip.text(pool.take())).isEqualTo("10.0.5.0");
        assertThat(Ip.text(pool.take())).isEqualTo("10.0.5.2");
        assertThat(Ip.text(pool.take(Ip.parse("10.0.200.7")))).isEqualTo("10.0.200.7");
        assertThat(pool.used()).isEqualTo(7);
        assertThatThrownBy(() -> pool.take(Ip.parse("10.0.5.1"))).hasMessage("Address already in use");
        assertThatThrownBy(() -> pool.take(Ip.parse("10.1.0.1")))
                .hasMessage("no configured subnet contains IP address 10.1.0.1");
        pool.take();
        assertThatThrownBy(pool::take).hasMessageContaining("no available");
    }

    @Test
    void take_ofOneOrTwoAddresses_givesWhatIsThere() {
        AddressPool pool = pool("10.0.0.0/31", null, "10.0.0.0");
        assertThat(Ip.text(pool.take())).isEqualTo("10.0.0.1");
        assertThatThrownBy(pool::take).hasMessageContaining("no available");
    }

    @Test
    void take_ofManyAddresses_neverGivesTheBroadcast() {
        AddressPool pool = pool("172.17.0.0/16", null, "172.17.0.1");
        for (int i = 0; i < 65_533; i++) {
            assertThat(Ip.text(pool.take())).isNotEqualTo("172.17.255.255");
        }
        assertThatThrownBy(pool::take).hasMessageContaining("no available");
    }

    @Test
    void take_ofIpv6_neverGivesTheFirst_andReachesFarOnes() {
        AddressPool pool = pool("fd00::/48", null, "fd00::1");
        assertThat(Ip.text(pool.take())).isEqualTo("fd00::2");
        InetAddress far = Ip.parse("fd00:0:0:ffff:ffff:ffff:ffff:ffff");
        assertThat(pool.take(far)).isEqualTo(far);
        assertThatThrownBy(() -> pool.take(far)).hasMessage("Address already in use");
        assertThatThrownBy(() -> pool.take(Ip.parse("fd00::"))).hasMessage("Address already in use");
        pool.release(far);
        pool.reserve(Ip.parse("fd00::3"));
        assertThat(Ip.text(pool.take())).isEqualTo("fd00::4");
    }

    @Test
    void space_goesOnInTheNextSubnetOfAFamily() {
        AddressSpace space = new AddressSpace(
                List.of(
                        pool("10.0.0.0/31", null, "10.0.0.0"),
                        pool("fd00::/64", null, "fd00::1"),
                        pool("10.1.0.0/31", null, "10.1.0.0")),
                "n");
        assertThat(Ip.text(space.take(Family.V4))).isEqualTo("10.0.0.1");
        assertThat(Ip.text(space.take(Family.V4))).isEqualTo("10.1.0.1");
        assertThatThrownBy(() -> space.take(Family.V4)).hasMessageContaining("no available IPv4");
        assertThat(Ip.text(space.take(Family.V6))).isEqualTo("fd00::2");
        space.release(Ip.parse("10.1.0.1"));
        assertThat(space.take(Ip.parse("10.1.0.1"))).isEqualTo(Ip.parse("10.1.0.1"));
        assertThat(space.gateway(Family.V6)).contains(Ip.parse("fd00::1"));
    }

    @Test
    void firstFree_goesAroundWhatIsInUse() {
        DefaultPools bridge = DefaultPools.ofDefaultBridge();
        assertThat(bridge.firstFree(Family.V4, Map.of())).hasToString("172.17.0.0/16");
        Map<Subnet, String> high = Map.of(Subnet.parse("172.16.0.0/12"), "the route to 172.16.0.0/12");
        assertThat(bridge.firstFree(Family.V4, high)).hasToString("192.168.0.0/20");
        DefaultPools networks = DefaultPools.ofNetworks();
        assertThat(networks.firstFree(Family.V4, high)).hasToString("192.168.0.0/24");
        assertThat(networks.firstFree(Family.V4, 0, sorted("172.16.0.0/12"), Map.of()))
                .hasToString("192.168.0.0/24");
        assertThat(networks.firstFree(
                        Family.V4, Map.of(Subnet.parse("172.18.0.128/25"), "a", Subnet.parse("172.18.1.0/30"), "b")))
                .hasToString("172.18.2.0/24");
        assertThat(networks.firstFree(Family.V4, Map.of(Subnet.parse("172.18.0.0/20"), "a")))
                .hasToString("172.18.16.0/24");
        assertThat(networks.firstFree(Family.V4, 22, sorted("172.18.1.0/24"), Map.of()))
                .hasToString("172.18.4.0/22");
        assertThat(networks.firstFree(
                        Family.V4, Map.of(Subnet.parse("172.18.0.0/24"), "a", Subnet.parse("172.18.2.0/24"), "b")))
                .hasToString("172.18.1.0/24");
    }

    @Test
    void firstFree_servesAll_thenNamesWhatIsInTheWay() {
        NavigableMap<Subnet, String> inUse = new TreeMap<>();
        Subnet base = Subnet.parse("172.18.0.0/16");
        DefaultPools pools = new DefaultPools(List.of(new DefaultPools.Block(base, 24)));
        for (int i = 0; i < 256; i++) {
            assertThat(inUse.put(pools.firstFree(Family.V4, 0, inUse, Map.of()), "network " + i))
                    .isNull();
        }
        assertThatThrownBy(() -> pools.firstFree(Family.V4, inUse))
                .hasMessageStartingWith("all predefined address pools have been fully subnetted: 172.18.0.0/24 is taken"
                        + " by network 0");
        assertThatThrownBy(() -> pools.firstFree(Family.V6, inUse)).hasMessageContaining("has IPv6 subnets");
        assertThatThrownBy(() -> pools.firstFree(Family.V4, 8, inUse, Map.of())).hasMessageContaining("of /8");
        assertThat(DefaultPools.ofNetworks().blocks().stream()
                        .mapToLong(block -> block.base().parts(24)))
                .hasSize(16)
                .allMatch(parts -> parts == 256);
    }

    private static NavigableMap<Subnet, String> sorted(String... subnets) {
        NavigableMap<Subnet, String> sorted = new TreeMap<>();
        List.of(subnets).forEach(subnet -> sorted.put(Subnet.parse(subnet), subnet));
        return sorted;
    }

    /** Against a search that tries each part against all that is in use. */
    @Property(tries = 300)
    void firstFree_isTheLowestThatMeetsNothing(
            @ForAll @Size(max = 12) List<@IntRange(max = 255) Integer> places,
            @ForAll @IntRange(min = 12, max = 28) int prefix) {
        Subnet base = Subnet.parse("172.18.0.0/20");
        DefaultPools pools = new DefaultPools(List.of(new DefaultPools.Block(base, 24)));
        NavigableMap<Subnet, String> inUse = new TreeMap<>();
        for (int place : places) {
            int longer = Math.max(prefix, 20 + place % 9);
            inUse.put(Subnet.around(base.at(place * 16L), longer), "n");
        }
        Optional<Subnet> lowest = LongStream.range(0, 16)
                .mapToObj(part -> base.part(part, 24))
                .filter(part -> inUse.keySet().stream().noneMatch(part::overlaps))
                .findFirst();
        if (lowest.isPresent()) {
            assertThat(pools.firstFree(Family.V4, 0, inUse, Map.of())).isEqualTo(lowest.get());
            assertThat(pools.firstFree(Family.V4, inUse)).isEqualTo(lowest.get());
        } else {
            assertThatThrownBy(() -> pools.firstFree(Family.V4, 0, inUse, Map.of()))
                    .hasMessageContaining("is taken by n");
        }
    }

    @Test
    void firstFree_cutsIpv6() {
        DefaultPools pools = new DefaultPools(List.of(new DefaultPools.Block(Subnet.parse("fd01:2345:6789::/48"), 64)));
        assertThat(pools.firstFree(Family.V6, Map.of(Subnet.parse("fd01:2345:6789::/64"), "a")))
                .hasToString("fd01:2345:6789:1::/64");
        assertThatThrownBy(() -> new DefaultPools.Block(Subnet.parse("10.0.0.0/8"), 4))
                .hasMessageContaining("cannot be cut into subnets of /4");
    }
}
