package io.wharf.oci;

import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.HostConfig;
import io.wharf.linux.Signals;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks the form of a request's options and that they do not contradict each other, in Docker's words. */
final class CheckOptions {
    private static final String CONTAINER = "container:";
    private static final Pattern PORT = Pattern.compile("([0-9]{1,5})(?:-([0-9]{1,5}))?(?:/(.+))?");
    private static final Set<String> PROTOCOLS = Set.of("tcp", "udp", "sctp");
    // A linux name is at most 64 bytes, HOST_NAME_MAX.
    private static final int LONGEST_HOSTNAME = 64;

    private static final int WIDEST_UMASK = 0777;

    private final ContainerConfig config;
    private final HostConfig host;

    CheckOptions(ContainerConfig config, HostConfig host) {
        this.config = config;
        this.host = host;
    }

    void check(HostFacts facts, CgroupPaths cgroups, List<String> warnings) {
        checkConfig();
        checkNetworkMode();
        checkModes();
        if (host.autoRemove() && !host.restartPolicy().name().equals("no")) {
            throw WharfException.invalid("can't create 'AutoRemove' container with restart policy");
        }
        checkRestartPolicy(host.restartPolicy());
        checkPorts();
        CapabilitySet.check("CapAdd", host.capAdd(), facts.capabilities());
        CapabilitySet.check("CapDrop", host.capDrop(), -1);
        Ulimits.check(host.ulimits());
        Security.of(host).check(facts, warnings);
        EtcFiles.checkExtraHosts(host.extraHosts());
        for (String server : host.dns()) {
            if (!IpText.isAddress(server)) {
                throw WharfException.invalid("invalid IP address in dns: \"" + server + "\"");
            }
        }
        host.tmpfs().values().forEach(TmpfsOptions::check);
        host.deviceCgroupRules().forEach(Devices::rule);
        checkNumbers();
        checkCgroupParent(cgroups);
    }

    private void checkConfig() {
        if (!config.workingDir().isEmpty() && !config.workingDir().startsWith("/")) {
            throw WharfException.invalid(
                    "the working directory '" + config.workingDir() + "' is invalid, it needs to be an absolute path");
        }
        for (String entry : config.env()) {
            if (entry.isEmpty() || entry.startsWith("=")) {
                throw WharfException.invalid("invalid environment variable: " + entry);
            }
        }
        String signal = config.stopSignal();
        if (signal != null && !signal.isEmpty() && Signals.number(signal).isEmpty()) {
            throw WharfException.invalid("invalid signal: " + signal);
        }
        CheckHealth.check(config.healthcheck());
        if (config.hostname().length() > LONGEST_HOSTNAME) {
            throw WharfException.invalid(
                    "hostname \"" + config.hostname() + "\" is too long (maximum " + LONGEST_HOSTNAME + " bytes)");
        }
    }

    private void checkNetworkMode() {
        String mode = host.networkMode();
        if (mode.startsWith(CONTAINER)) {
            if (mode.length() == CONTAINER.length()) {
                throw WharfException.invalid("invalid network mode: invalid container format container:<name|id>");
            }
            conflict(!config.hostname().isEmpty(), "hostname and the network mode");
            conflict(
                    !host.links().isEmpty(),
                    "container type network can't be used with links. This would result in undefined behavior");
            conflict(!host.dns().isEmpty(), "dns and the network mode");
            conflict(!host.extraHosts().isEmpty(), "custom host-to-IP mapping and the network mode");
            String mac = config.macAddress();
            conflict(mac != null && !mac.isEmpty(), "mac-address and the network mode");
            conflict(
                    !host.portBindings().isEmpty() || host.publishAllPorts(),
                    "port publishing and the container type network mode");
            conflict(!config.exposedPorts().isEmpty(), "port exposing and the container type network mode");
        } else {
            conflict(
                    mode.equals("host") && !host.links().isEmpty(),
                    "host type networking can't be used with links. This would result in undefined behavior");
        }
        conflict(host.utsMode().equals("host") && !config.hostname().isEmpty(), "hostname and the UTS mode");
    }

    private void checkModes() {
        checkMode("IPC", host.ipcMode(), Set.of("", "none", "private", "shareable", "host"), true);
        checkMode("PID", host.pidMode(), Set.of("", "host"), true);
        checkMode("UTS", host.utsMode(), Set.of("", "host"), false);
        checkMode("cgroup namespace", host.cgroupnsMode(), Set.of("", "private", "host"), false);
    }

    private static void checkMode(String what, String mode, Set<String> known, boolean byContainer) {
        boolean named = byContainer && mode.startsWith(CONTAINER) && mode.length() > CONTAINER.length();
        if (!known.contains(mode) && !named) {
            throw WharfException.invalid("invalid " + what + " mode: " + mode);
        }
    }

    static void checkRestartPolicy(HostConfig.RestartPolicy policy) {
        String name = policy.name();
        switch (name) {
            case "no", "always", "unless-stopped" -> {
                if (policy.maximumRetryCount() != 0) {
                    throw WharfException.invalid(
                            "invalid restart policy: maximum retry count can only be used with" + " 'on-failure'");
                }
            }
            case "on-failure" -> {
                if (policy.maximumRetryCount() < 0) {
                    throw WharfException.invalid("invalid restart policy: maximum retry count cannot be negative");
                }
            }
            default ->
                throw WharfException.invalid("invalid restart policy: unknown policy '" + name
                        + "'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'");
        }
    }

    private void checkPorts() {
        config.exposedPorts().keySet().forEach(port -> checkPort(port, true));
        for (Map.Entry<String, List<HostConfig.PortBinding>> entry :
                host.portBindings().entrySet()) {
            checkPort(entry.getKey(), true);
            for (HostConfig.PortBinding binding : entry.getValue()) {
                String port = binding.hostPort();
                if (port != null && !port.isEmpty()) {
                    checkPort(port, false);
                }
                String address = binding.hostIp();
                if (address != null && !address.isEmpty() && !IpText.isAddress(address)) {
                    throw WharfException.invalid("invalid IP address: " + address);
                }
            }
        }
    }

    static void checkPort(String text, boolean withProtocol) {
        Matcher matcher = PORT.matcher(text);
        boolean valid = matcher.matches() && (matcher.group(3) == null || withProtocol);
        if (valid) {
            int from = Integer.parseInt(matcher.group(1));
            int to = matcher.group(2) == null ? from : Integer.parseInt(matcher.group(2));
            valid = from <= to && to <= 65535 && (from > 0 || !withProtocol);
        }
        if (!valid) {
            throw WharfException.invalid("invalid port specification: \"" + text + "\"");
        }
        if (matcher.group(3) != null && !PROTOCOLS.contains(matcher.group(3))) {
            throw WharfException.invalid("invalid proto: " + matcher.group(3));
        }
    }

    private void checkNumbers() {
        if (host.shmSize() < 0) {
            throw WharfException.invalid("SHM size can not be less than 0");
        }
        if (host.oomScoreAdj() < -1000 || host.oomScoreAdj() > 1000) {
            throw WharfException.invalid(
                    "Invalid value " + host.oomScoreAdj() + ", range for oom score adj is [-1000, 1000]");
        }
        if (host.annotations().containsKey("")) {
            throw WharfException.invalid("invalid Annotations: the empty string is not permitted as an annotation key");
        }
        Integer umask = host.umask();
        if (umask != null && (umask < 0 || umask > WIDEST_UMASK)) {
            throw WharfException.invalid("invalid umask " + umask + ": it must be between 0 and " + WIDEST_UMASK);
        }
        host.links().forEach(Link::parse);
        if (host.consoleSize().size() != 2 && !host.consoleSize().isEmpty()) {
            throw WharfException.invalid("console size must be an array of two integers");
        }
        for (HostConfig.Device device : host.devices()) {
            if (device.pathOnHost() == null || device.pathOnHost().isEmpty()) {
                throw WharfException.invalid("invalid device: PathOnHost must not be empty");
            }
            String access = device.cgroupPermissions();
            if (access != null && !access.matches("[rwm]*")) {
                throw WharfException.invalid("invalid device mode: " + access);
            }
        }
    }

    private void checkCgroupParent(CgroupPaths cgroups) {
        String parent = host.cgroupParent();
        if (cgroups.systemd() && !parent.isEmpty() && (parent.length() <= 6 || !parent.endsWith(".slice"))) {
            throw WharfException.invalid(
                    "cgroup-parent for systemd cgroup should be a valid slice named as \"xxx.slice\"");
        }
        if (List.of(parent.split("/")).contains("..")) {
            throw WharfException.invalid("invalid cgroup parent: " + parent);
        }
    }

    private static void conflict(boolean there, String what) {
        if (there) {
            throw WharfException.invalid("conflicting options: " + what);
        }
    }
}
