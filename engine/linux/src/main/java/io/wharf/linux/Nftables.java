package io.wharf.linux;

/**
 * Packet filter rules, in the language of nft(8).
 *
 * <p>All commands of one run are one transaction: all or none. Tests may stand in for this interface.
 */
public interface Nftables extends AutoCloseable {
    /**
     * Rules of the namespace that this process runs in.
     *
     * @throws LinuxException ENOENT with a clear text where libnftables.so.1 is not installed
     */
    static Nftables open() {
        return LibNftables.open();
    }

    /** Rules of another namespace. */
    static Nftables openIn(NetworkNamespaces namespaces, String path) {
        return new NamespacedNftables(namespaces, path);
    }

    /**
     * Runs commands, separated by newlines or semicolons; what they print.
     *
     * @throws LinuxException with nft's own text where they are refused; nothing has changed then
     */
    String run(String commands);

    /** As {@link #run}; what they print is JSON (libnftables-json(5)), and nothing where nothing is listed. */
    String runJson(String commands);

    @Override
    void close();
}
