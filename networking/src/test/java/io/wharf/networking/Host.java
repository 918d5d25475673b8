package io.wharf.networking;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.linux.Link;
import io.wharf.linux.MountTable;
import io.wharf.linux.Netlink;
import io.wharf.linux.Nftables;
import io.wharf.networking.address.Ip;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What can be seen of this host: links, rules, mounts. */
final class Host {
    private static final Set<String> KERNELS_OWN = Set.of("lo", "uplink0", "ifb0", "ifb1");

    private Host() {}

    static List<String> links() {
        try (Netlink netlink = Netlink.open()) {
            return netlink.links().stream()
                    .map(Link::name)
                    .filter(name -> !KERNELS_OWN.contains(name))
                    .toList();
        }
    }

    static String rules() {
        return nft("list ruleset");
    }

    static void addAddress(String link, String address, int prefix) {
        try (Netlink netlink = Netlink.open()) {
            netlink.addAddress(netlink.link(link).orElseThrow().index(), Ip.parse(address), prefix);
        }
    }

    static String nft(String commands) {
        try (Nftables nft = Nftables.open()) {
            return nft.run(commands);
        }
    }

    /** Takes everything away that a failed test left, so that the next one fails for its own reasons only. */
    static void reset() {
        nft("flush ruleset");
        try (Netlink netlink = Netlink.open()) {
            netlink.links().stream()
                    .filter(link -> !KERNELS_OWN.contains(link.name()))
                    .forEach(link -> netlink.delete(link.index()));
        }
    }

    /** Fails where an engine below this folder has left anything. */
    static void assertClean(Path folder) {
        assertThat(links()).isEmpty();
        assertThat(rules()).isEmpty();
        assertThat(MountTable.read().atOrBelow(folder.resolve("exec").toString()))
                .isEmpty();
        try (Stream<Path> left = Files.list(folder.resolve("exec/netns"))) {
            assertThat(left).isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
