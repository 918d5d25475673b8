package io.wharf.daemon;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The command line, in dockerd's names, read as Go's pflag reads it: {@code --name=value}, {@code --name value},
 * {@code -nvalue}, short switches put together.
 *
 * <p>By hand, for a library's classes cost more of the start than all that they do; other commands may use one.
 */
final class Flags {
    private enum Kind {
        ONE,
        MANY,
        SWITCH
    }

    /** One flag: its short and old names before or after the one that starts with two dashes, by which it is asked for. */
    private record Flag(Kind kind, String text, List<String> names) {
        Flag(Kind kind, String text, String... names) {
            this(kind, text, List.of(names));
        }

        String name() {
            return names.stream()
                    .filter(name -> name.startsWith("--"))
                    .findFirst()
                    .orElseThrow();
        }

        /** As pflag shows it in an error. */
        String shown() {
            return "\"" + String.join(", ", names) + "\" flag";
        }
    }

    private static final List<Flag> ALL = List.of(
            new Flag(Kind.SWITCH, "Print usage", "-h", "--help"),
            new Flag(Kind.SWITCH, "Print version information and quit", "-v", "--version"),
            new Flag(Kind.MANY, "Socket to serve: unix:///path or tcp://address:port", "-H", "--host"),
            new Flag(
                    Kind.ONE,
                    "Folder of everything that lasts (default /var/lib/wharf)",
                    "--data-root",
                    "-g",
                    "--graph"),
            new Flag(Kind.ONE, "Folder of what a reboot ends (default /var/run/wharf)", "--exec-root"),
            new Flag(
                    Kind.ONE,
                    "File for the daemon's process id (default wharf.pid in the exec root)",
                    "-p",
                    "--pidfile"),
            new Flag(Kind.ONE, "Configuration file (default /etc/wharf/daemon.json)", "--config-file"),
            new Flag(Kind.SWITCH, "Debug messages in the log", "-D", "--debug"),
            new Flag(Kind.ONE, "debug, info, warn, error or fatal (default info)", "-l", "--log-level"),
            new Flag(Kind.ONE, "Name of the default bridge, or none (default wharf0)", "-b", "--bridge"),
            new Flag(Kind.ONE, "Address of the default bridge, as 172.20.0.1/16", "--bip"),
            new Flag(Kind.SWITCH, "Whether firewall rules are set (default true)", "--iptables"),
            new Flag(Kind.SWITCH, "Whether firewall rules for IPv6 are set (default true)", "--ip6tables"),
            new Flag(Kind.SWITCH, "Whether the host is made to pass packets on (default true)", "--ip-forward"),
            new Flag(
                    Kind.SWITCH,
                    "Whether the host's other links then exchange packets too (default false)",
                    "--ip-forward-no-drop"),
            new Flag(Kind.SWITCH, "Whether containers go out under the host's address (default true)", "--ip-masq"),
            new Flag(
                    Kind.SWITCH,
                    "Whether containers on the default bridge may talk to each other (default true)",
                    "--icc"),
            new Flag(
                    Kind.ONE, "Address at which the default bridge publishes ports (default: all of the host)", "--ip"),
            new Flag(
                    Kind.SWITCH,
                    "Whether the engine copies what no rule leads to a container (default true)",
                    "--userland-proxy"),
            new Flag(Kind.ONE, "Storage driver (default: the best that works)", "-s", "--storage-driver"),
            new Flag(Kind.MANY, "Option of the storage driver, as overlay2.size=10G", "--storage-opt"),
            new Flag(
                    Kind.MANY,
                    "Registry that may be asked without TLS: host, host:port or CIDR",
                    "--insecure-registry"),
            new Flag(Kind.MANY, "Registry asked first for the names of Docker Hub", "--registry-mirror"),
            new Flag(
                    Kind.MANY,
                    "Folder of folders of registries with hosts.toml or certificates",
                    "--registry-certs-dir"),
            new Flag(Kind.ONE, "Layers fetched at a time (default 3)", "--max-concurrent-downloads"),
            new Flag(Kind.ONE, "Layers sent at a time (default 5)", "--max-concurrent-uploads"),
            new Flag(Kind.ONE, "Attempts at a download that brings nothing (default 5)", "--max-download-attempts"),
            new Flag(Kind.ONE, "Proxy for http URLs of registries (default: from the environment)", "--http-proxy"),
            new Flag(Kind.ONE, "Proxy for https URLs of registries (default: from the environment)", "--https-proxy"),
            new Flag(Kind.ONE, "Hosts that are asked without a proxy (default: from the environment)", "--no-proxy"),
            new Flag(Kind.MANY, "Option of the runtime, as native.cgroupdriver=cgroupfs", "--exec-opt"),
            new Flag(Kind.MANY, "Further OCI runtime, as name=/path", "--add-runtime"),
            new Flag(Kind.ONE, "Runtime that containers get", "--default-runtime"),
            new Flag(Kind.ONE, "Log driver of containers that name none (default json-file)", "--log-driver"),
            new Flag(Kind.MANY, "Option of the log driver, as max-size=10m", "--log-opt"),
            new Flag(Kind.SWITCH, "Whether a small init runs in front of each container's program", "--init"),
            new Flag(Kind.ONE, "Program of that init", "--init-path"),
            new Flag(Kind.SWITCH, "Whether programs may not gain privileges", "--no-new-privileges"),
            new Flag(Kind.MANY, "Resource limit of containers that set none, as nofile=soft:hard", "--default-ulimit"),
            new Flag(Kind.ONE, "Size of /dev/shm (default 64M)", "--default-shm-size"),
            new Flag(Kind.ONE, "private or shareable (default private)", "--default-ipc-mode"),
            new Flag(Kind.ONE, "private or host (default: as the cgroups suggest)", "--default-cgroupns-mode"),
            new Flag(Kind.ONE, "Cgroup above those of the containers", "--cgroup-parent"),
            new Flag(Kind.ONE, "File with a seccomp profile, builtin or unconfined", "--seccomp-profile"),
            new Flag(Kind.MANY, "Folder of CDI specifications (default /etc/cdi, /var/run/cdi)", "--cdi-spec-dir"),
            new Flag(
                    Kind.MANY,
                    "Folder of plugins (default /run/docker/plugins, /etc/docker/plugins, /usr/lib/docker/plugins)",
                    "--plugin-dir"),
            new Flag(
                    Kind.MANY,
                    "What a layer or archive may ask for, as entries=1000000 or unpacked-size=20g",
                    "--image-limit"),
            new Flag(
                    Kind.MANY,
                    "Where subnets of networks come from, as base=10.10.0.0/16,size=24",
                    "--default-address-pool"),
            new Flag(
                    Kind.MANY,
                    "Option of new networks, as bridge=com.docker.network.driver.mtu=1400",
                    "--default-network-opt"),
            new Flag(Kind.ONE, "MTU of the default bridge (default 1500)", "--mtu"),
            new Flag(Kind.ONE, "Unix socket for the Kubernetes CRI (default: not served)", "--cri-socket"));

    private final Map<String, List<String>> given;

    private Flags(Map<String, List<String>> given) {
        this.given = given;
    }

    /** A command line that cannot be read; its message is for the user. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    static Flags parse(String... arguments) throws Refused {
        Map<String, Flag> known = new HashMap<>();
        ALL.forEach(flag -> flag.names().forEach(name -> known.put(name, flag)));
        Map<String, List<String>> given = new LinkedHashMap<>();
        List<String> left = new ArrayList<>(Arrays.asList(arguments));
        while (!left.isEmpty()) {
            String argument = left.removeFirst();
            if (argument.equals("--") && left.isEmpty()) {
                break;
            }
            if (argument.startsWith("--")) {
                int equals = argument.indexOf('=');
                String name = equals < 0 ? argument : argument.substring(0, equals);
                Flag flag = known.get(name);
                if (flag == null) {
                    throw new Refused("unknown flag: " + name);
                }
                take(given, flag, equals < 0 ? null : argument.substring(equals + 1), name, left);
            } else if (argument.startsWith("-") && argument.length() > 1) {
                shorts(given, known, argument, left);
            } else {
                throw new Refused("unknown argument: " + argument);
            }
        }
        return new Flags(given);
    }

    /** Letters after one dash: switches, the last of them perhaps a flag with its value. */
    private static void shorts(
            Map<String, List<String>> given, Map<String, Flag> known, String argument, List<String> left)
            throws Refused {
        for (int at = 1; at < argument.length(); at++) {
            String name = "-" + argument.charAt(at);
            Flag flag = known.get(name);
            if (flag == null) {
                throw new Refused("unknown shorthand flag: '" + argument.charAt(at) + "' in " + argument);
            }
            String rest = argument.substring(at + 1);
            if (flag.kind() != Kind.SWITCH || rest.startsWith("=")) {
                String value = rest.startsWith("=") ? rest.substring(1) : rest.isEmpty() ? null : rest;
                take(given, flag, value, "'" + argument.charAt(at) + "' in " + argument, left);
                return;
            }
            take(given, flag, null, name, left);
        }
    }

    private static void take(
            Map<String, List<String>> given, Flag flag, @Nullable String attached, String shown, List<String> left)
            throws Refused {
        String value = attached;
        if (value == null && flag.kind() == Kind.SWITCH) {
            value = "true";
        } else if (value == null) {
            if (left.isEmpty()) {
                throw new Refused("flag needs an argument: " + shown);
            }
            value = left.removeFirst();
        }
        if (flag.kind() == Kind.SWITCH && !isTruth(value)) {
            throw new Refused("invalid argument \"" + value + "\" for " + flag.shown()
                    + ": strconv.ParseBool: parsing \"" + value + "\": invalid syntax");
        }
        List<String> values = given.computeIfAbsent(flag.name(), name -> new ArrayList<>());
        if (flag.kind() != Kind.MANY) {
            // The last one counts.
            values.clear();
        }
        values.add(value);
    }

    /** As Go's strconv.ParseBool. */
    private static boolean isTruth(String value) {
        return List.of("1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False")
                .contains(value);
    }

    @Nullable
    String text(String name) {
        List<String> values = given.get(name);
        return values == null ? null : values.getLast();
    }

    List<String> texts(String name) {
        return given.getOrDefault(name, List.of());
    }

    @Nullable
    Boolean flag(String name) {
        String value = text(name);
        return value == null ? null : Boolean.valueOf("1tT".contains(value.substring(0, 1)));
    }

    static String usage() {
        StringBuilder usage =
                new StringBuilder("Usage: wharfd [OPTIONS]\n\nA container engine with the Docker Engine API.\n"
                        + "'wharfd import-docker' takes over images and volumes of a stopped Docker.\n\nOptions:\n");
        for (Flag flag : ALL) {
            String value = switch (flag.kind()) {
                case ONE -> " string";
                case MANY -> " list";
                case SWITCH -> "";
            };
            usage.append(String.format("  %-36s %s%n", String.join(", ", flag.names()) + value, flag.text()));
        }
        return usage.toString();
    }
}
