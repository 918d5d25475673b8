package io.wharf.networking;

import io.wharf.contracts.EngineOptions;
import io.wharf.linux.LinuxException;
import io.wharf.linux.SmallFiles;
import io.wharf.networking.address.DefaultPools;
import io.wharf.networking.address.DefaultPools.Block;
import io.wharf.networking.address.Family;
import io.wharf.networking.address.Subnet;
import io.wharf.networking.address.UniqueLocal;
import java.util.ArrayList;
import java.util.List;

/** Where subnets come from: the blocks that the administrator named, else Docker's; and the engine's own of IPv6. */
final class DefaultSubnets {
    private static final String MACHINE_ID = "/etc/machine-id";

    private DefaultSubnets() {}

    static DefaultPools ofNetworks(EngineOptions options) {
        return withIpv6(named(options, DefaultPools.ofNetworks()), options);
    }

    static DefaultPools ofDefaultBridge(EngineOptions options) {
        return named(options, DefaultPools.ofDefaultBridge());
    }

    private static DefaultPools named(EngineOptions options, DefaultPools usual) {
        List<Block> named = options.networks().pools().stream()
                .map(pool -> new Block(Subnet.parse(pool.base()), pool.size()))
                .toList();
        return named.isEmpty() ? usual : new DefaultPools(named);
    }

    private static DefaultPools withIpv6(DefaultPools pools, EngineOptions options) {
        if (pools.blocks().stream().anyMatch(block -> block.base().family() == Family.V6)) {
            return pools;
        }
        List<Block> all = new ArrayList<>(pools.blocks());
        all.add(UniqueLocal.of(machine() + options.layout().dataRoot()));
        return new DefaultPools(all);
    }

    private static String machine() {
        try {
            return SmallFiles.read(MACHINE_ID).strip();
        } catch (LinuxException e) {
            // An image that was never booted has none; then all of them share one block.
            return "";
        }
    }
}
