package io.wharf.tests;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A machine in miniature: a network namespace, a mount namespace, and a neighbour on a wire.
 *
 * <p>The host has 198.51.100.1, the neighbour 198.51.100.2 and a route to every network behind the host: what it can
 * reach there is what a stranger on the same wire can reach. Closing the machine ends the namespaces, and with them
 * every bridge, veth, rule and mount made in it, as a power cut would.
 */
final class Machine implements AutoCloseable {
    static final String HOST = "198.51.100.1";
    static final String NEIGHBOUR = "198.51.100.2";

    private final Running host;
    private final Running neighbour;

    Machine() {
        // They end with their input, so with this JVM, however it ends.
        host = hold("mount --make-rshared /; mount -t tmpfs none /run/containerd 2>/dev/null; ip link set lo up;"
                // As a machine that nobody has set up yet, whatever this one has been told.
                + "echo 0 >/proc/sys/net/ipv4/ip_forward");
        neighbour = hold("ip link set lo up");
        inHost("ip", "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", "" + neighbour.pid())
                .ok();
        up(host, HOST);
        up(neighbour, NEIGHBOUR);
        inNeighbour("ip", "route", "add", "default", "via", HOST).ok();
    }

    private static Running hold(String setUp) {
        return Running.start(
                        List.of("unshare", "-n", "-m", "sh", "-c", setUp + "; echo ready; exec cat >/dev/null"),
                        Map.of())
                .awaitOut("ready");
    }

    private static void up(Running holder, String address) {
        in(holder, "sh", "-c", "ip address add " + address + "/24 dev wire && ip link set wire up")
                .ok();
    }

    /** A command line that runs on the host. */
    List<String> command(List<String> command) {
        return command(host, command);
    }

    Ran inHost(String... command) {
        return in(host, command);
    }

    Ran inNeighbour(String... command) {
        return in(neighbour, command);
    }

    /** Starts a program on the neighbour. */
    Running startInNeighbour(String... command) {
        return Running.start(command(neighbour, List.of(command)), Map.of());
    }

    Running startInHost(String... command) {
        return Running.start(command(host, List.of(command)), Map.of());
    }

    /** Gives the machine another boot id, in its own eyes. */
    void bootId(Path file) {
        inHost("mount", "--bind", file.toString(), "/proc/sys/kernel/random/boot_id")
                .ok();
    }

    /** The process that holds the host's namespaces. */
    long holder() {
        return host.pid();
    }

    /** What lies under a path as the host's processes see it, with what is mounted there. */
    Path seen(Path path) {
        return Path.of("/proc/" + holder() + "/root" + path);
    }

    private static Ran in(Running holder, String... command) {
        return Running.start(command(holder, List.of(command)), Map.of()).finish();
    }

    private static List<String> command(Running holder, List<String> command) {
        String proc = "/proc/" + holder.pid() + "/ns/";
        List<String> all = new ArrayList<>(List.of("nsenter", "--net=" + proc + "net", "--mount=" + proc + "mnt"));
        all.addAll(command);
        return all;
    }

    @Override
    public void close() {
        host.kill();
        neighbour.kill();
    }
}
