package io.wharf.daemon;

import static io.wharf.daemon.Option.Kind.ADDRESS;
import static io.wharf.daemon.Option.Kind.LIST;
import static io.wharf.daemon.Option.Kind.NUMBER;
import static io.wharf.daemon.Option.Kind.OBJECT;
import static io.wharf.daemon.Option.Kind.OBJECTS;
import static io.wharf.daemon.Option.Kind.PAIRS;
import static io.wharf.daemon.Option.Kind.TEXT;
import static io.wharf.daemon.Option.Kind.TRUTH;
import static io.wharf.daemon.Option.flag;
import static io.wharf.daemon.Option.key;

import java.util.ArrayList;
import java.util.List;

/** All that an operator may say, in dockerd's names: the one place where flags and keys of daemon.json are declared. */
final class Options {
    /** Options that belong together, as the usage shows them. */
    record Section(String title, List<Option> options) {}

    private static final Section DAEMON = new Section(
            "The daemon",
            List.of(
                    flag(TRUTH, "-h, --help", "Print usage and quit").flagOnly(),
                    flag(TRUTH, "-v, --version", "Print version information and quit")
                            .flagOnly(),
                    flag(TRUTH, "--validate", "Check the configuration and quit")
                            .flagOnly(),
                    flag(TEXT, "--config-file", "Configuration file (default %CONFIG%)")
                            .flagOnly(),
                    flag(TEXT, "--data-root, -g, --graph", "Folder of everything that lasts (default /var/lib/wharf)"),
                    flag(TEXT, "--exec-root", "Folder of what a reboot ends (default /var/run/wharf)"),
                    flag(TEXT, "-p, --pidfile", "File for the process id (default wharf.pid in the exec root)"),
                    flag(TRUTH, "-D, --debug", "Debug messages in the log").reload(),
                    flag(TEXT, "-l, --log-level", "debug, info, warn, error or fatal (default info)")
                            .reload(),
                    flag(TEXT, "--log-format", "text or json (default text)"),
                    flag(TRUTH, "--raw-logs", "The log in full time stamps without colours, as it always is here"),
                    flag(LIST, "--label", "labels", "Label of the engine in docker info, as key=value")
                            .reload(),
                    flag(OBJECT, "--feature", "features", "Feature to switch, as cdi or cdi=false")
                            .reload(),
                    flag(TRUTH, "--experimental", "Whether clients are told that experimental features are on"),
                    flag(
                            LIST,
                            "--node-generic-resource",
                            "node-generic-resources",
                            "Resource of the machine in docker info, as gpu=2 or gpu=UUID1"),
                    flag(TRUTH, "--live-restore", "Whether containers go on while the engine is away (default true)")
                            .reload(),
                    flag(
                                    NUMBER,
                                    "--shutdown-timeout",
                                    "Seconds for the containers to stop, where they do not go on (default 15)")
                            .reload(),
                    flag(NUMBER, "--oom-score-adjust", "The engine's own score for the kernel's OOM killer"),
                    flag(TEXT, "--metrics-addr", "Address and port for metrics besides the API, as 127.0.0.1:9323"),
                    flag(TEXT, "--cri-socket", "Unix socket for the Kubernetes CRI (default: not served)"),
                    flag(
                            LIST,
                            "--plugin-dir",
                            "plugin-dirs",
                            "Folder of plugins (default /run/docker/plugins, /etc/docker/plugins, /usr/lib/docker/plugins)")));

    private static final Section API = new Section(
            "The API",
            List.of(
                    flag(
                            LIST,
                            "-H, --host",
                            "hosts",
                            "Socket to serve: unix:///path, tcp://address:port, or fd:// for those of systemd"),
                    flag(TEXT, "-G, --group", "Group of the unix sockets (default docker)"),
                    key(
                            OBJECTS,
                            "sockets",
                            "Further unix sockets: path, role (read-only, operator, admin), group, mode"),
                    key(TEXT, "audit", "Which requests leave an event: changes or off (default changes)"),
                    flag(TRUTH, "--tls", "Use TLS on TCP; implied by --tlsverify"),
                    flag(TRUTH, "--tlsverify", "Use TLS and ask clients for certificates (default with TLS)"),
                    flag(TEXT, "--tlscacert", "File of the CA that client certificates must be from"),
                    flag(TEXT, "--tlscert", "File of the engine's certificate"),
                    flag(TEXT, "--tlskey", "File of the engine's key"),
                    flag(
                                    LIST,
                                    "--authorization-plugin",
                                    "authorization-plugins",
                                    "Authorization plugin to ask for each request; each must allow it")
                            .reload()));

    private static final Section CONTAINERS = new Section(
            "Containers",
            List.of(
                    flag(OBJECT, "--add-runtime", "runtimes", "Further OCI runtime, as name=/path")
                            .reload(),
                    flag(TEXT, "--default-runtime", "Runtime that containers get (default: the first that works)")
                            .reload(),
                    flag(LIST, "--exec-opt", "exec-opts", "Option of the runtime, as native.cgroupdriver=cgroupfs"),
                    flag(TEXT, "--cgroup-parent", "Cgroup above those of the containers"),
                    flag(TRUTH, "--init", "Whether a small init runs in front of each container's program"),
                    flag(TEXT, "--init-path", "Program of that init"),
                    flag(TRUTH, "--no-new-privileges", "Whether programs may not gain privileges"),
                    flag(TEXT, "--seccomp-profile", "File with a seccomp profile, builtin or unconfined"),
                    flag(
                            OBJECT,
                            "--default-ulimit",
                            "default-ulimits",
                            "Resource limit of containers that set none, as nofile=soft:hard"),
                    flag(TEXT, "--default-shm-size", "Size of /dev/shm (default 64M)")
                            .reload(),
                    flag(TEXT, "--default-ipc-mode", "private or shareable (default private)")
                            .reload(),
                    flag(TEXT, "--default-cgroupns-mode", "private or host (default: as the cgroups suggest)")
                            .reload(),
                    flag(
                                    NUMBER,
                                    "--default-stop-timeout",
                                    "Seconds until a container that is told to stop is killed (default 10)")
                            .reload(),
                    flag(
                            LIST,
                            "--cdi-spec-dir",
                            "cdi-spec-dirs",
                            "Folder of CDI specifications (default /etc/cdi, /var/run/cdi)"),
                    flag(TEXT, "--log-driver", "Log driver of containers that name none (default json-file)"),
                    flag(PAIRS, "--log-opt", "log-opts", "Option of the log driver, as max-size=10m"),
                    flag(TRUTH, "--selinux-enabled", "SELinux labels are not set on containers")
                            .refused(),
                    flag(TEXT, "--userns-remap", "containers do not get user namespaces of their own")
                            .refused(),
                    flag(TRUTH, "--rootless", "the engine needs to be root").refused(),
                    flag(NUMBER, "--cpu-rt-period", "there is no real-time share for all containers")
                            .refused(),
                    flag(NUMBER, "--cpu-rt-runtime", "there is no real-time share for all containers")
                            .refused()));

    private static final Section NETWORKS = new Section(
            "Networks",
            List.of(
                    flag(TEXT, "-b, --bridge", "Name of the default bridge, or none (default wharf0)"),
                    flag(TEXT, "--bip", "Address of the default bridge, as 172.20.0.1/16"),
                    flag(TEXT, "--bip6", "Its IPv6 address, as fd00:1::1/64"),
                    flag(TEXT, "--fixed-cidr", "Part of its subnet that containers get addresses from"),
                    flag(TEXT, "--fixed-cidr-v6", "Its IPv6 subnet, or the part of it for containers"),
                    flag(ADDRESS, "--default-gateway", "Gateway of its containers (default: the bridge)"),
                    flag(ADDRESS, "--default-gateway-v6", "Their IPv6 gateway (default: the bridge)"),
                    flag(TRUTH, "--ipv6", "Whether it has IPv6"),
                    flag(NUMBER, "--mtu", "Its MTU (default 1500)"),
                    flag(TRUTH, "--icc", "Whether its containers may talk to each other (default true)"),
                    flag(ADDRESS, "--ip", "Address at which it publishes ports (default: all of the host)"),
                    flag(TRUTH, "--ip-masq", "Whether its containers go out under the host's address (default true)"),
                    flag(TRUTH, "--iptables", "Whether firewall rules are set (default true)"),
                    flag(TRUTH, "--ip6tables", "Whether firewall rules for IPv6 are set (default true)"),
                    flag(TEXT, "--firewall-backend", "nftables, which sets the rules in any case, or iptables"),
                    flag(TRUTH, "--ip-forward", "Whether the host is made to pass packets on (default true)"),
                    flag(TRUTH, "--ip-forward-no-drop", "Whether its other links then exchange packets too"),
                    flag(TRUTH, "--userland-proxy", "Whether the engine copies what no rule can lead (default true)"),
                    flag(
                            TRUTH,
                            "--allow-direct-routing",
                            "Whether others reach published ports at containers' addresses"),
                    flag(TEXT, "--bridge-accept-fwmark", "Firewall mark, or mark/mask, of packets to let into bridges"),
                    flag(
                            OBJECTS,
                            "--default-address-pool",
                            "default-address-pools",
                            "Where subnets of networks come from, as base=10.10.0.0/16,size=24"),
                    flag(
                            OBJECT,
                            "--default-network-opt",
                            "default-network-opts",
                            "Option of new networks, as bridge=com.docker.network.driver.mtu=1400"),
                    flag(LIST, "--dns", "DNS server of containers that name none (default: the host's)"),
                    flag(LIST, "--dns-opt", "dns-opts", "Line of options in their resolv.conf"),
                    flag(LIST, "--dns-search", "Domain that they search"),
                    flag(
                            LIST,
                            "--host-gateway-ip",
                            "host-gateway-ips",
                            "Address that host-gateway stands for (default: that of the default bridge)"),
                    key(ADDRESS, "host-gateway-ip", "The same, by its old name")));

    private static final Section IMAGES = new Section(
            "Images and registries",
            List.of(
                    flag(TEXT, "-s, --storage-driver", "Storage driver (default: the best that works)"),
                    flag(LIST, "--storage-opt", "storage-opts", "Option of the storage driver, as overlay2.size=10G"),
                    flag(
                            PAIRS,
                            "--image-limit",
                            "image-limits",
                            "What a layer or archive may ask for, as entries=1000000 or unpacked-size=20g"),
                    key(OBJECT, "image-space", "How images look after the disk: blobs, idle, high, low, every"),
                    flag(
                                    LIST,
                                    "--insecure-registry",
                                    "insecure-registries",
                                    "Registry that may be asked without TLS: host, host:port or CIDR")
                            .reload(),
                    flag(LIST, "--registry-mirror", "registry-mirrors", "Registry asked first for names of Docker Hub")
                            .reload(),
                    flag(
                                    LIST,
                                    "--registry-certs-dir",
                                    "registry-certs-dirs",
                                    "Folder of folders of registries with hosts.toml or certificates")
                            .reload(),
                    flag(NUMBER, "--max-concurrent-downloads", "Layers fetched at a time (default 3)")
                            .reload(),
                    flag(NUMBER, "--max-concurrent-uploads", "Layers sent at a time (default 5)")
                            .reload(),
                    flag(NUMBER, "--max-download-attempts", "Attempts at a download that brings nothing (default 5)")
                            .reload(),
                    flag(TEXT, "--http-proxy", "Proxy for http URLs (default: from the environment)")
                            .reload(),
                    flag(TEXT, "--https-proxy", "Proxy for https URLs (default: from the environment)")
                            .reload(),
                    flag(TEXT, "--no-proxy", "Hosts that are asked without a proxy (default: from the environment)")
                            .reload()));

    private static final Section EVENTS = new Section(
            "Events",
            List.of(
                    key(OBJECTS, "event-sinks", "Where events are brought without being asked for"),
                    flag(TEXT, "--events-max-age", "Age up to which events are kept, as 24h (default 168h)"),
                    flag(TEXT, "--events-max-size", "Size up to which events are kept, as 1g (default 256m)"),
                    flag(TEXT, "--events-grpc", "Unix socket for events over gRPC (default: not served)")));

    static final List<Section> SECTIONS = List.of(DAEMON, API, CONTAINERS, NETWORKS, IMAGES, EVENTS, Elsewhere.SECTION);

    private Options() {}

    static List<Option> all() {
        List<Option> all = new ArrayList<>();
        SECTIONS.forEach(section -> all.addAll(section.options()));
        return all;
    }
}
