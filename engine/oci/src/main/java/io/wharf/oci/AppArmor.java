package io.wharf.oci;

import io.wharf.base.WharfException;
import io.wharf.contracts.HostConfig;
import io.wharf.linux.Commands;
import io.wharf.linux.Executables;
import io.wharf.linux.LinuxException;
import io.wharf.linux.SmallFiles;
import io.wharf.linux.Spawn;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;

/**
 * The engine's own AppArmor profile ({@code apparmor.txt}), loaded where the kernel confines by AppArmor.
 *
 * <p>Other programs unload profiles at times, so each start looks whether it is there.
 */
public final class AppArmor {
    /** The profile that a container gets where nothing else is said. */
    static final String PROFILE = "wharf-default";

    private static final String DOCKERS = "docker-default";
    private static final String LOADED = "/sys/kernel/security/apparmor/profiles";
    private static final Duration TIME = Duration.ofSeconds(20);
    private static final int OUTPUT_BYTES = 8 << 10;

    private AppArmor() {}

    /** The profile of a container's processes; empty where the kernel does not confine. */
    public static String profile(HostConfig host, HostFacts facts) {
        if (!facts.apparmor()) {
            return "";
        }
        String wanted = Security.of(host).apparmor();
        if (wanted.isEmpty()) {
            return host.privileged() ? Security.UNCONFINED : PROFILE;
        }
        // Who asks for Docker's default by its name means the engine's.
        return wanted.equals(DOCKERS) ? PROFILE : wanted;
    }

    /** Loads the engine's own profile if that is the one wanted and it is missing; on a thread that may block. */
    static void ensureLoaded(String profile) {
        if (!profile.equals(PROFILE) || isLoaded()) {
            return;
        }
        String parser = Executables.find("apparmor_parser")
                .orElseThrow(() -> WharfException.internal("AppArmor enabled on system but the " + PROFILE
                        + " profile could not be loaded: apparmor_parser is not installed"));
        Commands.Result result = Commands.run(
                Spawn.of(parser)
                        .arguments(java.util.List.of("--replace", "--skip-cache"))
                        .environment(OciRuntime.environment()),
                text(),
                TIME,
                OUTPUT_BYTES);
        if (!result.success()) {
            throw WharfException.internal("AppArmor enabled on system but the " + PROFILE
                    + " profile could not be loaded: " + result.reason());
        }
    }

    private static boolean isLoaded() {
        try {
            return SmallFiles.readIfPresent(LOADED)
                    .map(text -> text.lines().anyMatch(line -> line.startsWith(PROFILE + " ")))
                    .orElse(false);
        } catch (LinuxException e) {
            return false;
        }
    }

    static byte[] text() {
        try (InputStream in = AppArmor.class.getResourceAsStream("apparmor.txt")) {
            if (in == null) {
                throw new IllegalStateException("no resource apparmor.txt");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
