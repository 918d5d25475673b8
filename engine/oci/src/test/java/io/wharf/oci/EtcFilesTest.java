package io.wharf.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.contracts.ContainerDetail.EndpointSettings;
import io.wharf.contracts.NetworkService.Sandbox;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcFilesTest {
    private static final String RESOLV = """
            # a comment
            nameserver 127.0.0.53
            nameserver 10.0.0.2
            nameserver fd00::1
            domain old
            search a.example b.example
            options ndots:2
            """;

    @TempDir
    Path folder;

    private static Sandbox sandbox(String netns, String... addresses) {
        EndpointSettings endpoint = new EndpointSettings(
                null,
                null,
                null,
                "",
                null,
                0,
                "",
                "",
                "",
                addresses.length > 0 ? addresses[0] : "",
                16,
                "",
                addresses.length > 1 ? addresses[1] : "",
                64,
                null);
        return new Sandbox(netns, "", "", Map.of("bridge", endpoint), Map.of(), List.of());
    }

    private static String resolv(String host, List<String> embedded, boolean ipv6) {
        return ResolvConf.of(RESOLV, Specs.host(host), embedded, ipv6, false);
    }

    @Test
    void write_bridge_namesItself() throws IOException {
        EtcFiles files = EtcFiles.write(
                folder,
                Specs.config("{'Hostname':'box','Domainname':'example.org'}"),
                Specs.host("{'ExtraHosts':['db:10.1.1.1','gw:host-gateway','six:[fd00::5]']}"),
                sandbox("/run/netns/x", "172.17.0.2", "fd00::2"),
                "172.17.0.1");
        assertThat(Files.readString(files.hostname())).isEqualTo("box\n");
        assertThat(Files.readString(files.hosts()))
                .startsWith("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n")
                .endsWith("""
                        10.1.1.1\tdb
                        172.17.0.1\tgw
                        fd00::5\tsix
                        172.17.0.2\tbox.example.org box
                        fd00::2\tbox.example.org box
                        """);
        assertThat(files).isEqualTo(EtcFiles.in(folder));
    }

    @Test
    void readdress_linesOfTheContainersOwn_areKeptByteForByte() throws IOException {
        EtcFiles files = EtcFiles.in(folder);
        Files.write(
                files.hosts(), "10.0.0.2\tdb 0123\n10.0.0.2\tdbx\n# \u00ff\n".getBytes(StandardCharsets.ISO_8859_1));
        files.readdress("db", "10.0.0.7");
        assertThat(Files.readString(files.hosts(), StandardCharsets.ISO_8859_1))
                .isEqualTo("10.0.0.7\tdb 0123\n10.0.0.2\tdbx\n# \u00ff\n");
    }

    /** A container may let its file grow as far as its disk; the engine must not take it in. */
    @Test
    void readdress_endlessFile_isRefused() throws IOException {
        EtcFiles files = EtcFiles.in(folder);
        try (var file = FileChannel.open(files.hosts(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[1]), 1L << 32);
        }
        assertThatThrownBy(() -> files.readdress("db", "10.0.0.7")).isInstanceOf(IOException.class);
    }

    @Test
    void write_again_keepsTheFile() throws IOException {
        EtcFiles files = EtcFiles.write(
                folder, Specs.config("{'Hostname':'a'}"), Specs.host("{}"), sandbox("/n", "10.0.0.9"), "");
        Object before = Files.getAttribute(files.hosts(), "unix:ino");
        EtcFiles.write(folder, Specs.config("{'Hostname':'b'}"), Specs.host("{}"), sandbox("/n", "10.0.0.9"), "");
        assertThat(Files.getAttribute(files.hosts(), "unix:ino")).isEqualTo(before);
        assertThat(Files.readString(files.hosts())).endsWith("10.0.0.9\tb\n");
    }

    @Test
    void write_hostNetwork_takesTheHostsFiles() throws IOException {
        EtcFiles files = EtcFiles.write(
                folder, Specs.config("{'Hostname':'h'}"), Specs.host("{'ExtraHosts':['x:1.2.3.4']}"), sandbox(""), "");
        assertThat(Files.readString(files.resolvConf())).isEqualTo(Files.readString(Path.of("/etc/resolv.conf")));
        assertThat(Files.readString(files.hosts()))
                .startsWith(Files.readString(Path.of("/etc/hosts")).strip())
                .endsWith("1.2.3.4\tx\n");
    }

    @Test
    void write_hostGatewayWithoutOne_refuses() {
        assertThatThrownBy(() -> EtcFiles.write(
                        folder, Specs.config("{}"), Specs.host("{'ExtraHosts':['x:host-gateway']}"), sandbox("/n"), ""))
                .hasMessageStartingWith("unable to derive the IP value for host-gateway");
    }

    @Test
    void resolvConf_plain_dropsWhatCannotBeReached() {
        assertThat(resolv("{}", List.of(), false))
                .isEqualTo("nameserver 10.0.0.2\nsearch a.example b.example\noptions ndots:2\n");
        assertThat(resolv("{}", List.of(), true)).contains("nameserver fd00::1\n");
    }

    @Test
    void resolvConf_nothingLeft_fallsBack() {
        assertThat(ResolvConf.of("nameserver 127.0.0.1\n", Specs.host("{}"), List.of(), false, false))
                .isEqualTo("nameserver 8.8.8.8\nnameserver 8.8.4.4\n");
    }

    @Test
    void resolvConf_asked_overrides() {
        assertThat(resolv("{'Dns':['1.1.1.1'],'DnsSearch':['.'],'DnsOptions':['timeout:1']}", List.of(), false))
                .isEqualTo("nameserver 1.1.1.1\noptions timeout:1\n");
    }

    @Test
    void resolvConf_embedded_comesInstead() {
        assertThat(resolv("{}", List.of("127.0.0.11"), false)).startsWith("nameserver 127.0.0.11\nsearch ");
        assertThat(resolv(
                        "{'Dns':['1.1.1.1'],'DnsOptions':['timeout:1','ndots:','ndots:x']}",
                        List.of("127.0.0.11"),
                        false))
                .startsWith("nameserver 127.0.0.11\nsearch ")
                .endsWith("options timeout:1 ndots:0\n");
        assertThat(resolv("{'DnsOptions':['ndots:3']}", List.of("127.0.0.11"), false))
                .endsWith("options ndots:3\n");
    }

    @Test
    void hosts_ofAFullName_haveItsFirstPart() throws IOException {
        EtcFiles files = EtcFiles.write(
                folder,
                Specs.config("{'Hostname':'box.example.org'}"),
                Specs.host("{}"),
                sandbox("/run/netns/x", "172.17.0.2", ""),
                "");
        assertThat(Files.readString(files.hosts())).endsWith("172.17.0.2\tbox.example.org box\n");
    }

    @Test
    void resolvConf_ofARunningContainer_isRewrittenInPlace_unlessItWroteItsOwn() throws IOException {
        Sandbox before = sandbox("/run/netns/x", "172.17.0.2", "");
        Sandbox after =
                new Sandbox(before.netnsPath(), "", "", before.endpoints(), before.ports(), List.of("127.0.0.11"));
        var config = Specs.config("{'Hostname':'box'}");
        EtcFiles files = EtcFiles.write(folder, config, Specs.host("{'Dns':['192.0.2.1']}"), before, "");
        Object inode = Files.getAttribute(files.resolvConf(), "unix:ino");
        files.rewire(config, Specs.host("{}"), before, after);
        assertThat(Files.readString(files.resolvConf())).startsWith("nameserver 127.0.0.11\n");
        assertThat(Files.getAttribute(files.resolvConf(), "unix:ino")).isEqualTo(inode);
        files.rewire(config, Specs.host("{}"), after, before);
        assertThat(Files.readString(files.resolvConf())).startsWith("nameserver 127.0.0.11\n");
        EtcFiles.write(folder, config, Specs.host("{}"), before, "");
        Files.writeString(files.resolvConf(), "nameserver 192.0.2.7\n");
        files.rewire(config, Specs.host("{}"), before, after);
        assertThat(Files.readString(files.resolvConf())).isEqualTo("nameserver 192.0.2.7\n");
    }
}
