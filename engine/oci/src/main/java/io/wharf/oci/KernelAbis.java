package io.wharf.oci;

import io.wharf.linux.Host;
import io.wharf.linux.SmallFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/**
 * The binary interfaces through which programs can call this kernel, by their seccomp names.
 *
 * <p>A filter must speak of each of them, and each costs every start of a container four milliseconds, as libseccomp
 * builds the filter anew. So those that the kernel's configuration says it does not have are left out.
 */
final class KernelAbis {
    private static final List<String> WANTED =
            List.of("CONFIG_X86_X32_ABI", "CONFIG_X86_X32", "CONFIG_X86_X32_DISABLED", "CONFIG_IA32_EMULATION");

    private KernelAbis() {}

    /** The machine's own first; all that it could have where the kernel's configuration cannot be read. */
    static List<String> read(String arch) {
        return switch (arch) {
            case "amd64" -> x86(settings(), SmallFiles.read("/proc/cmdline"));
            case "arm64" -> List.of("SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM");
            default -> List.of();
        };
    }

    /**
     * Those of an x86-64 kernel.
     *
     * @param settings lines of its configuration that are set to y; empty where unknown
     */
    static List<String> x86(Set<String> settings, String commandLine) {
        List<String> abis = new ArrayList<>(List.of("SCMP_ARCH_X86_64"));
        boolean unknown = settings.isEmpty();
        if (unknown || settings.contains("CONFIG_IA32_EMULATION")) {
            abis.add("SCMP_ARCH_X86");
        }
        boolean built = settings.contains("CONFIG_X86_X32_ABI") || settings.contains("CONFIG_X86_X32");
        boolean off = settings.contains("CONFIG_X86_X32_DISABLED") && !commandLine.contains("syscall.x32=y");
        if (unknown || (built && !off)) {
            abis.add("SCMP_ARCH_X32");
        }
        return List.copyOf(abis);
    }

    private static Set<String> settings() {
        String release = Host.kernel().release();
        for (String name :
                List.of("/proc/config.gz", "/boot/config-" + release, "/lib/modules/" + release + "/config")) {
            Set<String> found = settings(Path.of(name));
            if (!found.isEmpty()) {
                return found;
            }
        }
        return Set.of();
    }

    /** Empty for a file that cannot be read. */
    private static Set<String> settings(Path file) {
        Set<String> set = new HashSet<>();
        if (!Files.isReadable(file)) {
            return set;
        }
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw, 1 << 14) : raw;
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.endsWith("=y") && WANTED.contains(line.substring(0, line.length() - 2))) {
                    set.add(line.substring(0, line.length() - 2));
                }
            }
            // So that "none of them is set" is not "unknown".
            set.add("read");
            return set;
        } catch (IOException e) {
            return Set.of();
        }
    }
}
