package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Facts about the machine, as {@code docker info} and the runtime want them. */
public final class Host {
    private static final int UTS_FIELD = 65;

    private Host() {}

    /**
     * uname(2).
     *
     * @param release of the kernel, as {@code 6.1.0-18-amd64}
     * @param machine as {@code x86_64}
     */
    public record Kernel(String name, String node, String release, String version, String machine) {
        /** Whether this kernel is of the given version or later. */
        public boolean atLeast(int major, int minor) {
            var numbers = release.split("[^0-9]+", 3);
            var ours = Integer.parseInt(numbers[0]);
            return ours > major || (ours == major && numbers.length > 1 && Integer.parseInt(numbers[1]) >= minor);
        }

        /** GOARCH's word for the machine. */
        public String architecture() {
            return switch (machine) {
                case "x86_64" -> "amd64";
                case "aarch64" -> "arm64";
                default -> machine;
            };
        }
    }

    public static Kernel kernel() {
        var s = Scratch.get().zeroed(6 * UTS_FIELD);
        Check.that("uname", Native.syscall(Nr.UNAME, s.address()));
        return new Kernel(field(s, 0), field(s, 1), field(s, 2), field(s, 3), field(s, 4));
    }

    private static String field(MemorySegment s, int index) {
        var bytes = s.asSlice((long) index * UTS_FIELD, UTS_FIELD).toArray(JAVA_BYTE);
        var end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return Names.decode(bytes, 0, end);
    }

    /** Values of /etc/os-release (os-release(5)), quotes removed; empty where there is none. */
    public static Map<String, String> osRelease() {
        return SmallFiles.readIfPresent("/etc/os-release")
                .or(() -> SmallFiles.readIfPresent("/usr/lib/os-release"))
                .map(Host::assignments)
                .orElse(Map.of());
    }

    static Map<String, String> assignments(String text) {
        var values = new LinkedHashMap<String, String>();
        for (var line : text.split("\n")) {
            var equals = line.indexOf('=');
            if (equals > 0 && line.charAt(0) != '#') {
                var value = line.substring(equals + 1).strip();
                var quoted = value.length() >= 2
                        && (value.charAt(0) == '"' || value.charAt(0) == '\'')
                        && value.charAt(value.length() - 1) == value.charAt(0);
                values.put(
                        line.substring(0, equals).strip(),
                        quoted ? value.substring(1, value.length() - 1).replaceAll("\\\\([\"$`\\\\])", "$1") : value);
            }
        }
        return values;
    }

    /** Physical memory in bytes. */
    public static long memoryTotal() {
        return memory("MemTotal");
    }

    /** A line of /proc/meminfo in bytes; 0 where the kernel has no such line. */
    public static long memory(String name) {
        for (var line : SmallFiles.read("/proc/meminfo").split("\n")) {
            if (line.startsWith(name + ":")) {
                return Long.parseLong(line.substring(name.length() + 1).strip().split(" ")[0]) * 1024;
            }
        }
        return 0;
    }

    /** Processors that this process may run on. */
    public static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }

    public static String commandLine() {
        return SmallFiles.read("/proc/cmdline").strip();
    }

    public static String hostname() {
        return kernel().node();
    }

    /** A sysctl by its dotted name, as {@code net.ipv4.ip_forward}. */
    public static Optional<String> sysctl(String name) {
        return SmallFiles.readIfPresent("/proc/sys/" + name.replace('.', '/')).map(String::strip);
    }

    /** Whether AppArmor is built in and switched on. */
    public static boolean appArmor() {
        return SmallFiles.readIfPresent("/sys/module/apparmor/parameters/enabled")
                .filter(text -> text.startsWith("Y"))
                .isPresent();
    }

    public static boolean seccomp() {
        return SmallFiles.readIfPresent("/proc/sys/kernel/seccomp/actions_avail")
                .isPresent();
    }

    /** Name of process 1, as {@code systemd}. */
    public static String initName() {
        return SmallFiles.read("/proc/1/comm").strip();
    }
}
