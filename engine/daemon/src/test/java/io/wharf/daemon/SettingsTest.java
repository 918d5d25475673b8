package io.wharf.daemon;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.WharfException;
import io.wharf.contracts.EngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SettingsTest {
    @TempDir
    Path folder;

    static Stream<Option> flags() {
        return Options.all().stream().filter(option -> !option.names().isEmpty());
    }

    static Stream<Option> keys() {
        return Options.all().stream().filter(Option::inFile);
    }

    /** Every flag that may be given is taken in both forms, and every one that is refused says so. */
    @ParameterizedTest
    @MethodSource("flags")
    void flag_isTakenOrRefused(Option option) throws Exception {
        String value = sample(option);
        for (String name : option.names()) {
            List<String> arguments = new ArrayList<>(List.of("--config-file", "/dev/null"));
            if (name.startsWith("--")) {
                arguments.add(name + "=" + value);
            } else {
                arguments.addAll(option.kind() == Option.Kind.TRUTH ? List.of(name) : List.of(name, value));
            }
            if (option.key().equals("config-file")) {
                arguments = List.of("--config-file=/dev/null");
            }
            assertFate(option, Flags.parse(arguments.toArray(String[]::new)));
        }
    }

    @ParameterizedTest
    @MethodSource("keys")
    void key_isTakenOrRefused(Option option) throws Exception {
        assertFate(option, file("{\"" + option.key() + "\": " + json(option) + "}"));
    }

    private static void assertFate(Option option, Flags flags) {
        if (option.fate() == Option.Fate.REFUSED) {
            assertThatThrownBy(() -> Settings.merge(flags))
                    .as(option.name())
                    .isInstanceOf(WharfException.class)
                    .hasMessage(option.name() + " is not supported: " + option.text());
        } else {
            assertThat(Settings.merge(flags).check()).as(option.name()).isNotNull();
        }
    }

    /** What is said twice is an error, each time. */
    @ParameterizedTest
    @MethodSource("flags")
    void flagAndKey_areAConflict(Option option) throws Exception {
        if (!option.inFile() || option.key().equals("runtimes")) {
            return;
        }
        Flags flags = file("{\"" + option.key() + "\": " + json(option) + "}", option.name() + "=" + sample(option));
        assertThatThrownBy(() -> Settings.merge(flags))
                .hasMessageStartingWith("unable to configure the daemon with file " + folder)
                .hasMessageContaining(
                        ": the following directives are specified both as a flag and in the configuration file: "
                                + option.key() + ": (from flag: ");
    }

    @Test
    void conflicts_areToldAllAtOnce_asDockerd() throws Exception {
        Flags flags = file(
                """
                {"hosts": ["unix:///a", "tcp://b:1"], "debug": false, "max-concurrent-uploads": 2,
                 "proxies": {"https-proxy": "https://me:secret@proxy/"}, "log-opts": {"max-size": "1m"}}
                """,
                "-H",
                "unix:///c",
                "--debug",
                "--max-concurrent-uploads",
                "4",
                "--https-proxy",
                "http://you:this@there",
                "--log-opt",
                "max-file=3");
        assertThatThrownBy(() -> Settings.merge(flags))
                .hasMessageEndingWith("in the configuration file: debug: (from flag: true, from file: false), "
                        + "hosts: (from flag: [unix:///c], from file: [unix:///a tcp://b:1]), "
                        + "https-proxy: (from flag: http://xxxxx:xxxxx@there, from file: https://xxxxx:xxxxx@proxy/), "
                        + "log-opts: (from flag: map[max-file:3], from file: map[max-size:1m]), "
                        + "max-concurrent-uploads: (from flag: 4, from file: 2)");
    }

    @Test
    void runtimes_areJoined() throws Exception {
        Flags flags = file("""
                {"runtimes": {"a": {"path": "/a", "args": []},
                              "b": {"runtimeType": "io.containerd.runc.v2", "options": {"BinaryName": "/b"}}}}
                """, "--add-runtime", "c=/c");
        assertThat(options(flags).runtimes())
                .containsEntry("a", "/a")
                .containsEntry("b", "/b")
                .containsEntry("c", "/c");
    }

    /** Wrong values are refused in dockerd's words. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--log-level=loud              | invalid logging level: loud",
                "--log-format=xml              | invalid log format: xml",
                "--label=a                     | bad attribute format: a",
                "--label=com.docker.a=b        | label com.docker.a=b is not allowed: the namespaces com.docker.*, io.docker.*, and org.dockerproject.* are reserved for internal use",
                "--label=a=b --label=a=c       | conflict labels for a=c and a=b",
                "--mtu=-1                      | invalid default MTU: -1",
                "--max-concurrent-downloads=-2 | invalid max concurrent downloads: -2",
                "--max-concurrent-uploads=-2   | invalid max concurrent uploads: -2",
                "--max-download-attempts=-2    | invalid max download attempts: -2",
                "--exec-opt=native.cgroupdriver| invalid exec-opt (native.cgroupdriver): must be formatted 'opt=value'",
                "--exec-opt=native.cgroupdriver=mine | invalid cgroup driver \"mine\": use cgroupfs or systemd",
                "--metrics-addr=here           | invalid metrics-addr here: it is an address and a port",
                "--metrics-addr=:99999         | invalid metrics-addr :99999: it is an address and a port",
                "--exec-opt=a=b                | invalid exec-opt (a=b): unknown option: 'a'",
                "--default-ipc-mode=host       | IPC mode \"host\" is not supported as default value; use \"shareable\" or \"private\"",
                "--default-ipc-mode=mine       | default IPC mode setting (mine) is invalid; use \"shareable\" or \"private\"",
                "--default-cgroupns-mode=mine  | invalid default cgroup namespace (mine): use \"host\" or \"private\"",
                "--firewall-backend=pf         | invalid firewall-backend: allowed values are \"iptables\" and \"nftables\"",
                "--icc=false --iptables=false  | You specified --iptables=false with --icc=false. ICC=false uses iptables to function. Please set --icc or --iptables to true",
                "--default-shm-size=much       | invalid size: 'much'",
                "--events-max-age=long         | invalid events-max-age: long: a length of time is wanted, as 168h",
                "--registry-mirror=a           | invalid mirror: no scheme specified for \"a\": must use either 'https://' or 'http://'",
                "--fixed-cidr-v6=10.0.0.0/8    | invalid fixed-cidr-v6: invalid CIDR address: 10.0.0.0/8",
                "--bridge-accept-fwmark=1/x    | invalid bridge-accept-fwmark: invalid firewall mark \"1/x\"",
                "--dns=here                    | IP address is not correctly formatted: here",
                "--dns-search=a..b             | a..b is not a valid domain",
                "--host-gateway-ip=10.0.0.1 --host-gateway-ip=10.0.0.2 | invalid host-gateway-ips: only one IPv4 and one IPv6 address may be given",
                "--default-stop-timeout=-1     | invalid default stop timeout: -1",
                "--userns-remap=default        | --userns-remap is not supported: containers do not get user namespaces of their own",
            })
    void wrongValue_isRefused(String arguments, String message) throws Exception {
        Flags flags = Flags.parse(("--config-file /dev/null " + arguments.strip()).split(" +"));
        assertThatThrownBy(() -> Settings.merge(flags).check()).hasMessage(message);
    }

    @Test
    void whatIsOffOrEmpty_isNotRefused() throws Exception {
        Flags flags =
                Flags.parse("--config-file=/dev/null", "--selinux-enabled=false", "--userns-remap=", "--rootless=0");
        assertThat(Settings.merge(flags).check()).isNotNull();
    }

    @Test
    void whatHasNoEffect_isTold() throws Exception {
        Flags flags = file(
                "{\"features\": {\"cdi\": true, \"containerd-snapshotter\": true}, \"firewall-backend\": \"iptables\"}");
        assertThat(Refusals.meaningless(Settings.merge(flags)))
                .containsExactly(
                        "--firewall-backend=iptables is read and has no meaning: the rules are set in nftables in any case, and there"
                                + " is no chain DOCKER-USER: rules of your own go into the chain \"user\" of the engine's table",
                        "feature containerd-snapshotter is read and has no meaning: only cdi is known");
        assertThat(Refusals.meaningless(Settings.merge(file("{\"features\": {\"cdi\": false}}"))))
                .isEmpty();
    }

    @Test
    void changedForLater_namesWhatIsNotTakenOver() throws Exception {
        Settings before = Settings.merge(file("{\"features\": {\"x\": true}, \"log-level\": \"info\"}"));
        Settings now = Settings.merge(
                file("{\"features\": {\"cdi\": false}, \"log-level\": \"debug\", \"bridge\": \"other\"}"));
        assertThat(now.changedForLater(before)).containsExactly("bridge", "features.cdi");
        assertThat(now.changedForLater(now)).isEmpty();
    }

    /** An empty text is as good as none, in the file and by a flag. */
    @Test
    void emptyText_isTheDefault() throws Exception {
        List<String> keys = Options.all().stream()
                .filter(option -> option.kind() == Option.Kind.TEXT && option.inFile())
                .map(Option::key)
                .toList();
        Flags none = file("{}");
        Flags inFile = file(keys.stream().map(key -> "\"" + key + "\": \"\"").collect(joining(", ", "{", "}")));
        Flags byFlags = Flags.parse(Stream.concat(
                        Stream.of("--config-file="),
                        flags().filter(option -> keys.contains(option.key())
                                        && !option.key().equals("group"))
                                .map(option -> option.name() + "="))
                .toArray(String[]::new));
        assertThat(Settings.merge(inFile).check())
                .isEqualTo(Settings.merge(none).check());
        assertThat(Settings.merge(inFile).pidFile())
                .isEqualTo(Settings.merge(none).pidFile());
        assertThat(Settings.merge(inFile).criSocket()).isEmpty();
        assertThat(Settings.merge(byFlags).check())
                .isEqualTo(Settings.merge(none).check());
    }

    @Test
    void shutdownTimeout_ofZeroCountsByTheFlagAlone() throws Exception {
        Flags inFile = file("{\"shutdown-timeout\": 0}");
        assertThat(Settings.merge(inFile).check().shutdownSeconds()).isEqualTo(15);
        Flags byFlag = Flags.parse("--config-file=/dev/null", "--shutdown-timeout=0");
        assertThat(Settings.merge(byFlag).check().shutdownSeconds()).isZero();
    }

    /** The page for operators has a row for each. */
    @Test
    void page_namesEachFlagAndKey() throws IOException {
        String page = Files.readString(Path.of("../../docs/configure.md"));
        for (Option option : Options.all()) {
            String flag = option.names().isEmpty() ? "" : "`" + String.join("`, `", option.names()) + "`";
            String key = option.inFile() ? "`" + option.key() + "`" : "";
            assertThat(page)
                    .contains("| " + flag + " | " + key + " | ")
                    .matches(
                            text -> row(text, flag, key).endsWith(option.reloaded() ? " | yes |" : " |  |"),
                            option.name());
        }
    }

    private static String row(String page, String flag, String key) {
        int at = page.indexOf("| " + flag + " | " + key + " | ");
        return page.substring(at, page.indexOf('\n', at));
    }

    @Test
    void missingFile_isAnErrorOnlyWhereItWasNamed() throws Exception {
        Path none = folder.resolve("none.json");
        Flags flags = Flags.parse("--config-file", none.toString());
        assertThatThrownBy(() -> Settings.merge(flags))
                .hasMessage("unable to configure the daemon with file " + none + ": open " + none
                        + ": no such file or directory");
    }

    @Test
    void genericResources_areCountedOrNamed() {
        assertThat(new GenericResources(List.of("gpu=U1,gpu=U2", "ssd=3")).shown())
                .extracting(Object::toString)
                .hasSize(3)
                .last()
                .asString()
                .contains("DiscreteResourceSpec", "ssd", "3");
        assertThatThrownBy(() -> new GenericResources(List.of("gpu=U1", "gpu=2")).shown())
                .hasMessageStartingWith("could not parse GenericResource: mixed discrete and named resources");
    }

    private Flags file(String json, String... more) throws IOException, Flags.Refused {
        Path file = Files.writeString(folder.resolve("config.json"), json);
        List<String> arguments = new ArrayList<>(List.of("--config-file", file.toString()));
        arguments.addAll(List.of(more));
        return Flags.parse(arguments.toArray(String[]::new));
    }

    private static EngineOptions options(Flags flags) {
        return Settings.merge(flags).check().options();
    }

    /** A value that is right for the option. */
    private static String sample(Option option) {
        return switch (option.key()) {
            case "hosts" -> "unix:///a";
            case "audit" -> "off";
            case "metrics-addr" -> "127.0.0.1:9323";
            case "labels" -> "a=b";
            case "log-level" -> "info";
            case "log-format" -> "json";
            case "node-generic-resources" -> "gpu=1";
            case "runtimes" -> "mine=/bin/mine";
            case "exec-opts" -> "native.cgroupdriver=cgroupfs";
            case "default-ulimits" -> "nofile=1:2";
            case "default-shm-size" -> "32M";
            case "default-ipc-mode" -> "shareable";
            case "default-cgroupns-mode" -> "private";
            case "bip" -> "10.0.0.1/24";
            case "bip6" -> "fd00::1/64";
            case "fixed-cidr" -> "10.0.0.0/25";
            case "fixed-cidr-v6" -> "fd00::/64";
            case "default-gateway-v6" -> "fd00::1";
            case "firewall-backend" -> "nftables";
            case "bridge-accept-fwmark" -> "0x1/0x3";
            case "default-address-pools" -> "base=10.0.0.0/8,size=24";
            case "default-network-opts" -> "bridge=a=b";
            case "dns" -> "10.0.0.1";
            case "dns-search" -> "example.com";
            case "host-gateway-ips" -> "10.0.0.2";
            case "storage-opts" -> "overlay2.size=1G";
            case "image-limits" -> "entries=10";
            case "registry-mirrors" -> "http://localhost:5000";
            case "events-max-age" -> "24h";
            case "events-max-size" -> "1g";
            case "events-grpc" -> "unix:///run/wharf/events.sock";
            default ->
                switch (option.kind()) {
                    case TRUTH -> "true";
                    case NUMBER -> "7";
                    case ADDRESS -> "10.0.0.3";
                    case TEXT, LIST -> "text";
                    case PAIRS -> "a=b";
                    case OBJECT, OBJECTS -> "a=true";
                };
        };
    }

    private static String json(Option option) {
        String value = sample(option);
        return switch (option.key()) {
            case "runtimes" -> "{\"mine\": {\"path\": \"/bin/mine\"}}";
            case "default-ulimits" -> "{\"nofile\": {\"Name\": \"nofile\", \"Hard\": 2, \"Soft\": 1}}";
            case "sockets" -> "[{\"path\": \"/a\", \"role\": \"operator\"}]";
            case "event-sinks" -> "[{\"name\": \"a\", \"type\": \"file\", \"path\": \"/a\"}]";
            case "default-network-opts" -> "{\"bridge\": {\"a\": \"b\"}}";
            case "image-space" -> "{\"blobs\": \"keep\"}";
            case "default-address-pools" -> "[{\"base\": \"10.0.0.0/8\", \"size\": 24}]";
            default ->
                switch (option.kind()) {
                    case TRUTH, NUMBER -> value;
                    case TEXT, ADDRESS -> "\"" + value + "\"";
                    case LIST -> "[\"" + value + "\"]";
                    case PAIRS -> "{\"a\": \"b\"}";
                    case OBJECT -> "{\"a\": true}";
                    case OBJECTS -> "[{}]";
                };
        };
    }
}
