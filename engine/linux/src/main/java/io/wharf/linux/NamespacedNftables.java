package io.wharf.linux;

import java.util.function.Function;

/** Rules of another namespace: each run enters it, for the library looks at interfaces of the thread's namespace. */
final class NamespacedNftables implements Nftables {
    private final NetworkNamespaces namespaces;
    private final String path;

    NamespacedNftables(NetworkNamespaces namespaces, String path) {
        this.namespaces = namespaces;
        this.path = path;
    }

    @Override
    public String run(String commands) {
        return inside(nft -> nft.run(commands));
    }

    @Override
    public String runJson(String commands) {
        return inside(nft -> nft.runJson(commands));
    }

    private String inside(Function<Nftables, String> work) {
        return namespaces.in(path, () -> {
            try (var nft = LibNftables.open()) {
                return work.apply(nft);
            }
        });
    }

    @Override
    public void close() {}
}
