package io.wharf.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FlagsTest {
    @Test
    void parse_takesValuesInEveryForm() throws Flags.Refused {
        Flags flags = Flags.parse("-H", "unix:///a", "-Hunix:///b", "--host=tcp://c:1", "-H=d", "--bip", "10.0.0.1/24");

        assertThat(flags.texts("hosts")).containsExactly("unix:///a", "unix:///b", "tcp://c:1", "d");
        assertThat(flags.text("bip")).isEqualTo("10.0.0.1/24");
        assertThat(flags.text("bridge")).isNull();
        assertThat(flags.texts("exec-opts")).isEmpty();
    }

    @Test
    void parse_knowsOldAndShortNames() throws Flags.Refused {
        Flags flags = Flags.parse("-g", "/old", "-p", "/pid", "-DH", "unix:///a");

        assertThat(flags.text("data-root")).isEqualTo("/old");
        assertThat(flags.text("pidfile")).isEqualTo("/pid");
        assertThat(flags.truth("debug")).isTrue();
        assertThat(flags.texts("hosts")).containsExactly("unix:///a");
    }

    @Test
    void parse_ofOneValue_takesTheLast() throws Flags.Refused {
        assertThat(Flags.parse("--bridge=a", "--bridge=b").text("bridge")).isEqualTo("b");
    }

    @Test
    void parse_switches_areTrueByThemselves() throws Flags.Refused {
        assertThat(Flags.parse("--iptables").truth("iptables")).isTrue();
        assertThat(Flags.parse("--iptables=false").truth("iptables")).isFalse();
        assertThat(Flags.parse("-D=0").truth("debug")).isFalse();
        assertThat(Flags.parse().truth("iptables")).isNull();
    }

    @Test
    void parse_refusesInTheWordsOfDocker() {
        assertRefused("unknown flag: --nothing", "--nothing=1");
        assertRefused("unknown shorthand flag: 'Z' in -DZ", "-DZ");
        assertRefused("flag needs an argument: --host", "--host");
        assertRefused("flag needs an argument: 'H' in -H", "-H");
        assertRefused("unknown argument: start", "start");
        assertRefused(
                "invalid argument \"much\" for \"--mtu\" flag: strconv.ParseInt: parsing \"much\": invalid syntax",
                "--mtu=much");
        assertRefused("invalid argument \"here\" for \"--ip\" flag: failed to parse IP: \"here\"", "--ip", "here");
        assertRefused(
                "invalid argument \"maybe\" for \"-D, --debug\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax",
                "--debug=maybe");
    }

    @Test
    void usage_showsEachFlag() {
        assertThat(Usage.text("wharfd", "/etc/wharf/daemon.json"))
                .contains("-H, --host list")
                .contains("--bip string")
                .contains("-D, --debug ")
                .contains("(default /etc/wharf/daemon.json)");
    }

    private static void assertRefused(String message, String... arguments) {
        assertThatThrownBy(() -> Flags.parse(arguments))
                .isInstanceOf(Flags.Refused.class)
                .hasMessage(message);
    }
}
