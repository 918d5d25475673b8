package io.wharf.networking.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses and subnets of both families. */
class SubnetTest {
    @ParameterizedTest
    @CsvSource({
        "172.17.3.4/16, 172.17.0.0/16, 172.17.255.255",
        "200.1.2.3/32, 200.1.2.3/32, 200.1.2.3",
        "0.0.0.0/0, 0.0.0.0/0, 255.255.255.255",
        "fd00:0:0:1:2::3/64, fd00:0:0:1::/64, fd00::1:ffff:ffff:ffff:ffff",
        "fd12:3456:789a::1/48, fd12:3456:789a::/48, fd12:3456:789a:ffff:ffff:ffff:ffff:ffff",
        "::1/128, ::1/128, ::1",
        "2001:db8::8000:0:0:1/65, 2001:db8:0:0:8000::/65, 2001:db8::ffff:ffff:ffff:ffff",
        "1::/0, ::/0, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
    })
    void parse_dropsHostBits(String text, String subnet, String last) {
        Subnet read = Subnet.parse(text);
        assertThat(read).hasToString(subnet).isEqualTo(Subnet.parse(subnet)).hasSameHashCodeAs(Subnet.parse(subnet));
        assertThat(Ip.text(read.last())).isEqualTo(last);
        assertThat(read.contains(Ip.ofCidr(text))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "172.17.0.0",
                "172.17.0/16",
                "256.0.0.0/8",
                "010.0.0.0/8",
                "1.2.3.4/33",
                "host/8",
                "1.2.3.4/x",
                "1.2.3.4/",
                "1.2.3.4/+8",
                "1.2.3.4/-1",
                "/8",
                "::/129",
                "fe80::1%1/64",
                "[::1]/64",
                "1:2:3/64"
            })
    void parse_refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> Subnet.parse(text)).hasMessage("invalid CIDR address: " + text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "cafe", "127.1", "1.2.3.4.5", "", "::1%lo", "0x7f.0.0.1", "1", ":", ":::"})
    void address_isNeverAName(String text) {
        assertThatThrownBy(() -> Ip.parse(text)).hasMessage("invalid IP address: " + text);
    }

    @ParameterizedTest
    @CsvSource({
        "0:0:0:0:0:0:0:0, ::",
        "FD00:0:0:0:0:0:0:1, fd00::1",
        "1:0:0:2:0:0:0:3, 1:0:0:2::3",
        "1:0:2:3:4:5:6:7, 1:0:2:3:4:5:6:7",
        "1:0:0:2:3:0:0:4, 1::2:3:0:0:4",
        "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
        "::ffff:1.2.3.4, 1.2.3.4",
        "10.0.0.255, 10.0.0.255"
    })
    void address_isWrittenInItsShortestForm(String text, String shortest) {
        assertThat(Ip.text(Ip.parse(text))).isEqualTo(shortest);
    }

    @Test
    void overlaps_isMutual_andWithinAFamily() {
        Subnet wide = Subnet.parse("10.0.0.0/8");
        Subnet narrow = Subnet.parse("10.200.0.0/16");
        assertThat(wide.overlaps(narrow)).isTrue();
        assertThat(narrow.overlaps(wide)).isTrue();
        assertThat(narrow.contains(wide)).isFalse();
        assertThat(narrow.overlaps(Subnet.parse("10.201.0.0/16"))).isFalse();
        assertThat(Subnet.parse("::/0").overlaps(Subnet.parse("0.0.0.0/0"))).isFalse();
        assertThat(Subnet.parse("::/0").contains(Ip.parse("0.0.0.1"))).isFalse();
        assertThat(wide).isLessThan(narrow).isLessThan(Subnet.parse("::/0"));
    }

    @Property(tries = 200)
    void offsets_leadBack(
            @ForAll @Size(16) byte[] bytes,
            @ForAll @IntRange(min = 1, max = 128) int prefix,
            @ForAll @IntRange int offset) {
        Subnet subnet = Subnet.around(Ip.of(bytes), prefix);
        if (offset < subnet.size()) {
            assertThat(subnet.offsetOf(subnet.at(offset))).isEqualTo(offset);
            assertThat(subnet.contains(subnet.at(offset))).isTrue();
        }
        assertThat(subnet.contains(subnet.last())).isTrue();
        assertThat(Subnet.parse(subnet.toString())).isEqualTo(subnet);
    }

    @Property(tries = 200)
    void parts_areInOrder_andHoldTheirAddresses(
            @ForAll @Size(16) byte[] bytes,
            @ForAll @IntRange(min = 1, max = 118) int prefix,
            @ForAll @IntRange(min = 1, max = 10) int longer,
            @ForAll @IntRange(max = 1) int index) {
        Subnet subnet = Subnet.around(Ip.of(bytes), prefix);
        Subnet part = subnet.part(index, prefix + longer);
        assertThat(subnet.contains(part)).isTrue();
        assertThat(subnet.partOf(part.last(), prefix + longer)).isEqualTo(index);
        assertThat(subnet.parts(prefix + longer)).isEqualTo(1L << longer);
    }
}
