package io.wharf.daemon;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The command line, in dockerd's names. It is put together by hand, not by annotations, since reflection at start costs
 * more than the parsing.
 */
final class Flags {
    private static final String ANY = "<value>";

    private Flags() {}

    static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("wharfd");
        spec.usageMessage()
                .description(
                        "A container engine with the Docker Engine API.",
                        "'wharfd import-docker' takes over images and volumes of a stopped Docker.");
        spec.addOption(help("Print usage", "-h", "--help").usageHelp(true).build());
        spec.addOption(help("Print version information and quit", "-v", "--version")
                .versionHelp(true)
                .build());
        many(spec, "Socket to serve: unix:///path or tcp://address:port", "-H", "--host");
        one(spec, "Folder of everything that lasts (default /var/lib/wharf)", "--data-root", "-g", "--graph");
        one(spec, "Folder of what a reboot ends (default /var/run/wharf)", "--exec-root");
        one(spec, "File for the daemon's process id (default wharf.pid in the exec root)", "-p", "--pidfile");
        one(spec, "Configuration file (default /etc/wharf/daemon.json)", "--config-file");
        flag(spec, "Debug messages in the log", "-D", "--debug");
        one(spec, "debug, info, warn, error or fatal (default info)", "-l", "--log-level");
        one(spec, "Name of the default bridge, or none (default wharf0)", "-b", "--bridge");
        one(spec, "Address of the default bridge, as 172.20.0.1/16", "--bip");
        flag(spec, "Whether firewall rules are set (default true)", "--iptables");
        one(spec, "Storage driver (default: the best that works)", "-s", "--storage-driver");
        many(spec, "Registry that may be asked without TLS: host, host:port or CIDR", "--insecure-registry");
        many(spec, "Registry asked first for the names of Docker Hub", "--registry-mirror");
        many(spec, "Folder of folders of registries with hosts.toml or certificates", "--registry-certs-dir");
        one(spec, "Layers fetched at a time (default 3)", "--max-concurrent-downloads");
        one(spec, "Layers sent at a time (default 5)", "--max-concurrent-uploads");
        one(spec, "Attempts at a download that brings nothing (default 5)", "--max-download-attempts");
        one(spec, "Proxy for http URLs of registries (default: from the environment)", "--http-proxy");
        one(spec, "Proxy for https URLs of registries (default: from the environment)", "--https-proxy");
        one(spec, "Hosts that are asked without a proxy (default: from the environment)", "--no-proxy");
        many(spec, "Option of the runtime, as native.cgroupdriver=cgroupfs", "--exec-opt");
        many(spec, "Further OCI runtime, as name=/path", "--add-runtime");
        one(spec, "Runtime that containers get", "--default-runtime");
        one(spec, "Log driver of containers that name none (default json-file)", "--log-driver");
        many(spec, "Option of the log driver, as max-size=10m", "--log-opt");
        flag(spec, "Whether a small init runs in front of each container's program", "--init");
        one(spec, "Program of that init", "--init-path");
        flag(spec, "Whether programs may not gain privileges", "--no-new-privileges");
        many(spec, "Resource limit of containers that set none, as nofile=soft:hard", "--default-ulimit");
        one(spec, "Size of /dev/shm (default 64M)", "--default-shm-size");
        one(spec, "private or shareable (default private)", "--default-ipc-mode");
        one(spec, "private or host (default: as the cgroups suggest)", "--default-cgroupns-mode");
        one(spec, "Cgroup above those of the containers", "--cgroup-parent");
        one(spec, "File with a seccomp profile, builtin or unconfined", "--seccomp-profile");
        many(spec, "Folder of CDI specifications (default /etc/cdi, /var/run/cdi)", "--cdi-spec-dir");
        many(spec, "What a layer or archive may ask for, as entries=1000000 or unpacked-size=20g", "--image-limit");
        one(spec, "Unix socket for the Kubernetes CRI (default: not served)", "--cri-socket");
        return spec;
    }

    private static OptionSpec.Builder help(String text, String... names) {
        return OptionSpec.builder(names).description(text);
    }

    private static void one(CommandSpec spec, String text, String... names) {
        spec.addOption(
                help(text, names).paramLabel(ANY).arity("1").type(String.class).build());
    }

    private static void many(CommandSpec spec, String text, String... names) {
        spec.addOption(help(text, names)
                .paramLabel(ANY)
                .arity("1")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .build());
    }

    private static void flag(CommandSpec spec, String text, String... names) {
        spec.addOption(help(text, names)
                .paramLabel("true|false")
                .arity("0..1")
                .fallbackValue("true")
                .type(Boolean.class)
                .build());
    }
}
