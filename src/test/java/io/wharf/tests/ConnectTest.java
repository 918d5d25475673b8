package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Containers in several networks, and into networks and out of them, whether they run or not. */
class ConnectTest {
    private static final String NETWORKS = "{{range $name, $end := .NetworkSettings.Networks}}{{$name}} {{end}}";

    @RegisterExtension
    static final Rig rig = new Rig();

    private static String run(String name, String... flags) {
        String[] command = Stream.of(
                        Stream.of("run", "-d", "--name", name),
                        Stream.of(flags),
                        Stream.of(
                                "busybox",
                                "sh",
                                "-c",
                                "mkdir /www; echo hello >/www/index.html; exec httpd -f -p 80 -h /www"))
                .flatMap(all -> all)
                .toArray(String[]::new);
        return rig.ok(command);
    }

    private static void network(String name, String subnet, String... flags) {
        rig.ok(Stream.concat(
                        Stream.of("network", "create", "--subnet", subnet),
                        Stream.concat(Stream.of(flags), Stream.of(name)))
                .toArray(String[]::new));
    }

    private static List<String> addresses(String container) {
        return rig.ok("exec", container, "sh", "-c", "ip -o -4 address | awk '{print $2, $4}'")
                .lines()
                .filter(line -> !line.startsWith("lo "))
                .toList();
    }

    private static String gateway(String container) {
        return rig.ok("exec", container, "sh", "-c", "ip route | awk '/^default/ {print $3}'");
    }

    private static String endpoint(String container, String network, String what) {
        return rig.ok(
                "inspect", "-f", "{{(index .NetworkSettings.Networks \"" + network + "\")." + what + "}}", container);
    }

    private static String stamp(Instant time) {
        return time.getEpochSecond() + "." + String.format("%09d", time.getNano());
    }

    private static List<String> events(Instant since, String container) {
        return rig.ok(
                        "events",
                        "--since",
                        stamp(since),
                        "--until",
                        stamp(Instant.now()),
                        "--filter",
                        "type=network",
                        "--filter",
                        "event=connect",
                        "--filter",
                        "event=disconnect",
                        "--format",
                        "{{.Action}} {{.Actor.Attributes.name}} {{.Actor.Attributes.type}}"
                                + " {{.Actor.Attributes.container}}")
                .lines()
                .filter(line -> line.endsWith(container))
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .toList();
    }

    @Test
    void running_isConnectedAndDisconnectedAtOnce() {
        network("east", "10.71.0.0/24");
        String id = run("web");
        Instant before = Instant.now();
        String first = addresses("web").getFirst();

        rig.ok("network", "connect", "--ip", "10.71.0.40", "--alias", "site", "east", "web");
        assertThat(addresses("web")).containsExactly(first, "eth1 10.71.0.40/24");
        assertThat(rig.ok("inspect", "-f", NETWORKS, "web")).isEqualTo("bridge east");
        assertThat(endpoint("web", "east", "IPAddress")).isEqualTo("10.71.0.40");
        assertThat(endpoint("web", "east", "Gateway")).isEqualTo("10.71.0.1");
        assertThat(rig.ok("exec", "web", "cat", "/etc/hosts")).contains("10.71.0.40\t" + id.substring(0, 12));
        assertThat(rig.ok("network", "inspect", "-f", "{{range .Containers}}{{.Name}} {{.IPv4Address}}{{end}}", "east"))
                .isEqualTo("web 10.71.0.40/24");
        assertThat(rig.sh("wget -q -O - http://10.71.0.40/", "--network", "east")
                        .text())
                .isEqualTo("hello");
        assertThat(rig.run("network", "connect", "east", "web").err())
                .contains("endpoint with name web already exists in network east");
        assertThat(rig.run("network", "rm", "east").err()).contains("has active endpoints");

        rig.ok("restart", "-t", "0", "web");
        assertThat(endpoint("web", "east", "IPAddress")).isEqualTo("10.71.0.40");
        assertThat(addresses("web")).hasSize(2);

        rig.ok("network", "disconnect", "east", "web");
        assertThat(addresses("web")).hasSize(1);
        assertThat(rig.ok("exec", "web", "cat", "/etc/hosts")).doesNotContain("10.71.0.40");
        assertThat(rig.ok("inspect", "-f", NETWORKS, "web")).isEqualTo("bridge");
        assertThat(rig.run("network", "disconnect", "east", "web").err())
                .contains("container " + id + " is not connected to network east");
        assertThat(events(before, id))
                .containsSubsequence("connect east bridge", "disconnect east bridge")
                .filteredOn(event -> event.contains(" east "))
                .containsExactly(
                        "connect east bridge",
                        "disconnect east bridge",
                        "connect east bridge",
                        "disconnect east bridge");
        rig.ok("network", "rm", "east");
    }

    @Test
    void stopped_isConnectedAtItsNextStart() {
        network("east", "10.71.0.0/24");
        network("west", "10.72.0.0/24");
        rig.ok("create", "--name", "web", "--network", "east", "busybox", "sleep", "1000");
        rig.ok("network", "connect", "--ip", "10.72.0.9", "west", "web");
        rig.ok("network", "connect", "west", "web");
        assertThat(rig.ok("inspect", "-f", NETWORKS, "web")).isEqualTo("east west");
        rig.ok("network", "disconnect", "east", "web");
        assertThat(rig.run("network", "disconnect", "east", "web").err())
                .contains("is not connected to the network east");
        rig.ok("start", "web");
        assertThat(addresses("web")).containsExactly("eth0 10.72.0.9/24");
        assertThat(gateway("web")).isEqualTo("10.72.0.1");
        // Out of the last one, too: then there is nothing but itself, until it is somewhere again.
        rig.ok("network", "disconnect", "west", "web");
        rig.ok("restart", "-t", "0", "web");
        assertThat(addresses("web")).isEmpty();
        assertThat(rig.ok("inspect", "-f", NETWORKS, "web")).isEmpty();
        rig.ok("network", "connect", "east", "web");
        assertThat(addresses("web")).hasSize(1);
        assertThat(gateway("web")).isEqualTo("10.71.0.1");
    }

    @Test
    void whatContradictsItself_isRefused() {
        network("east", "10.71.0.0/24");
        run("web");
        rig.ok("run", "-d", "--name", "other", "--network", "container:web", "busybox", "sleep", "1000");
        rig.ok("run", "-d", "--name", "lone", "--network", "none", "busybox", "sleep", "1000");
        rig.ok("run", "-d", "--name", "ours", "--network", "host", "busybox", "sleep", "1000");
        String sharing = "container sharing network namespace with another container or host cannot be connected to any"
                + " other network";
        assertThat(rig.run("network", "connect", "east", "other").err()).contains(sharing);
        assertThat(rig.run("network", "connect", "east", "ours").err()).contains(sharing);
        assertThat(rig.run("network", "connect", "east", "lone").err()).contains("private (none) mode");
        assertThat(rig.run("network", "connect", "host", "web").err()).contains("host network");
        assertThat(rig.run("network", "connect", "nowhere", "web").err()).contains("network nowhere not found");
        assertThat(rig.run("network", "connect", "east", "nobody").err()).contains("No such container: nobody");
        assertThat(rig.run("network", "disconnect", "host", "ours").err()).contains("host network");
        assertThat(rig.run("run", "--rm", "--ip", "10.1.2.3", "busybox", "true").err())
                .containsPattern("user.specified IP address is supported on user.defined networks only");
        rig.ok("network", "disconnect", "none", "lone");
        rig.ok("network", "connect", "east", "lone");
        assertThat(gateway("lone")).isEqualTo("10.71.0.1");
    }

    @Test
    @WharfOnly("several networks at once came with 1.44, priorities with 1.48")
    void several_areThereFromTheStart() {
        network("east", "10.71.0.0/24");
        network("west", "10.72.0.0/24", "--ipv6", "--subnet", "fd00:72::/64");
        network("cellar", "10.73.0.0/24", "--internal");
        run(
                "web",
                "--network",
                "name=cellar,driver-opt=com.docker.network.endpoint.ifname=in0",
                "--network",
                "name=east,alias=site,gw-priority=2",
                "--network",
                "name=west,ip=10.72.0.8,ip6=fd00:72::8,mac-address=02:00:00:00:00:08,"
                        + "driver-opt=com.docker.network.endpoint.sysctls=net.ipv4.conf.IFNAME.log_martians=1",
                "-p",
                "8080:80");
        assertThat(addresses("web"))
                .contains("in0 10.73.0.2/24", "eth1 10.72.0.8/24")
                .hasSize(3);
        assertThat(gateway("web")).isEqualTo("10.71.0.1");
        assertThat(rig.ok("exec", "web", "cat", "/proc/sys/net/ipv4/conf/eth1/log_martians"))
                .isEqualTo("1");
        assertThat(rig.ok("exec", "web", "cat", "/sys/class/net/eth1/address")).isEqualTo("02:00:00:00:00:08");
        assertThat(rig.ok("exec", "web", "ip", "-6", "route")).contains("default via fd00:72::1 dev eth1");
        assertThat(rig.ok("exec", "web", "cat", "/proc/sys/net/ipv6/conf/in0/disable_ipv6"))
                .isEqualTo("1");
        assertThat(endpoint("web", "west", "GlobalIPv6Address")).isEqualTo("fd00:72::8");
        assertThat(endpoint("web", "west", "IPv6Gateway")).isEqualTo("fd00:72::1");
        assertThat(endpoint("web", "east", "DNSNames")).startsWith("[web site ");
        assertThat(fetched()).isEqualTo("hello");

        // Where the gateway goes, the published port goes.
        rig.ok("network", "disconnect", "east", "web");
        assertThat(gateway("web")).isEqualTo("10.72.0.1");
        assertThat(fetched()).isEqualTo("hello");
        rig.ok("network", "connect", "--gw-priority", "1", "east", "web");
        assertThat(gateway("web")).isEqualTo("10.71.0.1");
        assertThat(fetched()).isEqualTo("hello");
        rig.ok("rename", "web", "shop");
        assertThat(endpoint("shop", "east", "DNSNames")).startsWith("[shop ");

        // Its address is nobody else's for as long as it has it, and anybody's after that.
        assertThat(rig.run("run", "--rm", "--network", "west", "--ip", "10.72.0.8", "busybox", "true")
                        .err())
                .contains("Address already in use");
        rig.ok("network", "disconnect", "west", "shop");
        assertThat(rig.sh("ip -o -4 address", "--network", "west", "--ip", "10.72.0.8")
                        .text())
                .contains("10.72.0.8/24");
    }

    private static String fetched() {
        return rig.machine()
                .inHost("curl", "-s", "-m", "5", "http://127.0.0.1:8080/")
                .text();
    }
}
