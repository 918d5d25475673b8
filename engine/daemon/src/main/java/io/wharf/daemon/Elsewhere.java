package io.wharf.daemon;

import static io.wharf.daemon.Option.Kind.LIST;
import static io.wharf.daemon.Option.Kind.NUMBER;
import static io.wharf.daemon.Option.Kind.OBJECT;
import static io.wharf.daemon.Option.Kind.PAIRS;
import static io.wharf.daemon.Option.Kind.TEXT;
import static io.wharf.daemon.Option.Kind.TRUTH;

import io.wharf.daemon.Options.Section;
import java.util.List;

/** What configurations of dockerd, old and new, speak of, and is not in this house: accepted, and said so in the log. */
final class Elsewhere {
    private static final String CONTAINERD = "there is no containerd under this engine";
    private static final String SWARM = "there is no swarm";

    static final Section SECTION = new Section(
            "Read, and without a meaning here",
            List.of(
                    unused(TEXT, "--containerd", CONTAINERD),
                    unused(TEXT, "--containerd-namespace", CONTAINERD),
                    unused(TEXT, "--containerd-plugins-namespace", CONTAINERD),
                    unused(TRUTH, "--cri-containerd", "the CRI is served at --cri-socket"),
                    unused(TEXT, "--userland-proxy-path", "the engine copies by itself, without a program"),
                    unused(TEXT, "--swarm-default-advertise-addr", SWARM),
                    unused(NUMBER, "--network-control-plane-mtu", SWARM),
                    unused(NUMBER, "--network-diagnostic-port", SWARM),
                    Option.key(NUMBER, "swarm-raft-heartbeat-tick", SWARM).meaningless(),
                    Option.key(NUMBER, "swarm-raft-election-tick", SWARM).meaningless(),
                    unused(TEXT, "--cluster-store", SWARM),
                    unused(TEXT, "--cluster-advertise", SWARM),
                    Option.flag(PAIRS, "--cluster-store-opt", "cluster-store-opts", SWARM)
                            .meaningless(),
                    unused(TEXT, "--api-cors-header", "no CORS headers are sent"),
                    Option.flag(
                                    LIST,
                                    "--allow-nondistributable-artifacts",
                                    "allow-nondistributable-artifacts",
                                    "registries say by themselves what they take")
                            .meaningless(),
                    Option.flag(OBJECT, "--nri-opts", "nri-opts", "the Node Resource Interface is not spoken")
                            .refused(),
                    Option.flag(TRUTH, "-r, --restart", "containers have restart policies of their own")
                            .flagOnly()
                            .meaningless(),
                    Option.key(OBJECT, "builder", "images are not built by this engine")
                            .meaningless(),
                    Option.key(TEXT, "deprecated-key-path", "there is no such key")
                            .meaningless(),
                    Option.key(TEXT, "min-api-version", "the oldest API version served is 1.24")
                            .meaningless()));

    private Elsewhere() {}

    private static Option unused(Option.Kind kind, String name, String why) {
        return Option.flag(kind, name, why).meaningless();
    }
}
