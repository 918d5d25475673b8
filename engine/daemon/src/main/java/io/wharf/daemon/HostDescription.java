package io.wharf.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** What {@code docker info} tells of the machine: kernel, system, memory, name. */
record HostDescription(
        String kernel,
        String system,
        String systemVersion,
        String architecture,
        int cpus,
        long memoryBytes,
        String name) {
    static HostDescription read() {
        Map<String, String> release = osRelease();
        return new HostDescription(
                line("/proc/sys/kernel/osrelease"),
                release.getOrDefault("PRETTY_NAME", "Linux"),
                release.getOrDefault("VERSION_ID", ""),
                machine(),
                Runtime.getRuntime().availableProcessors(),
                memory(),
                hostName());
    }

    /** The kernel's name of the architecture, which {@code docker info} shows; Go's is in {@code docker version}. */
    private static String machine() {
        // No switch over patterns: its first use costs the start some milliseconds.
        String name = System.getProperty("os.arch");
        return name.equals("amd64") ? "x86_64" : name;
    }

    static String hostName() {
        String name = line("/proc/sys/kernel/hostname");
        return name.isEmpty() ? InetAddress.getLoopbackAddress().getHostName() : name;
    }

    private static Map<String, String> osRelease() {
        Map<String, String> values = new HashMap<>();
        text("/etc/os-release").lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                String value = line.substring(equals + 1).strip();
                boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
                values.put(line.substring(0, equals), quoted ? value.substring(1, value.length() - 1) : value);
            }
        });
        return values;
    }

    private static long memory() {
        return text("/proc/meminfo")
                .lines()
                .filter(line -> line.startsWith("MemTotal:"))
                .map(line -> line.replaceAll("[^0-9]", ""))
                .mapToLong(kilobytes -> Long.parseLong(kilobytes) * 1024)
                .findFirst()
                .orElse(0);
    }

    private static String line(String path) {
        return text(path).strip();
    }

    /** The file's text; what a machine does not tell is left out rather than an error. */
    private static String text(String path) {
        try {
            return Files.readString(Path.of(path));
        } catch (IOException e) {
            return "";
        }
    }
}
