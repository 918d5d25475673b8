package io.wharf.containers;

import io.wharf.linux.Commands;
import io.wharf.linux.Executables;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Spawn;
import io.wharf.oci.OciRuntime;
import io.wharf.oci.Runtimes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the programs that the engine stands on say of themselves; asked once, when somebody wants to know.
 *
 * @param monitor version of conmon
 * @param commit what the default runtime was built from
 * @param features by name of a runtime, the JSON that tells what it can
 * @param init version of the program of {@code --init}
 */
record ToolVersions(String monitor, String commit, Map<String, String> features, String init) {
    private static final Duration TIME = Duration.ofSeconds(5);
    private static final int OUTPUT_BYTES = 256 << 10;
    private static final String COMMIT = "commit:";
    private static final String GIT = "git.";

    /**
     * Asks them; on a thread that may block.
     *
     * @param init path of the program, or null where there is none
     */
    static ToolVersions read(Runtimes runtimes, @Nullable String init) {
        Map<String, String> features = new TreeMap<>();
        runtimes.usable().forEach((name, runtime) -> {
            String told = output(runtime.spawn(List.of("features")));
            if (told.startsWith("{")) {
                features.put(name, told.strip());
            }
        });
        OciRuntime used = runtimes.usable().get(runtimes.defaultName());
        return new ToolVersions(
                monitorVersion(),
                used == null ? "" : commit(output(used.spawn(List.of("--version")))),
                features,
                init == null ? "" : initVersion(said(init)));
    }

    /** The last word of {@code runc version 1.1.5}. */
    static String lastWord(String line) {
        return line.substring(line.lastIndexOf(' ') + 1);
    }

    private static String commit(String said) {
        return said.lines()
                .filter(line -> line.startsWith(COMMIT))
                .map(line -> line.substring(COMMIT.length()).strip())
                .findFirst()
                .orElse("");
    }

    /** The commit of {@code tini version 0.19.0 - git.de40ad0}, or else the version. */
    private static String initVersion(String said) {
        String last = lastWord(said);
        return last.startsWith(GIT) ? last.substring(GIT.length()) : last;
    }

    private static String monitorVersion() {
        return Executables.find("conmon")
                .map(program -> said(program).replace("conmon version", "").strip())
                .orElse("not installed");
    }

    /** The first line that a program answers to the question for its version. */
    private static String said(String program) {
        try {
            return Commands.run(program, "--version")
                    .output()
                    .lines()
                    .findFirst()
                    .orElse("")
                    .strip();
        } catch (LinuxException e) {
            return "unknown: " + e.reason();
        }
    }

    private static String output(Spawn.Builder spawn) {
        try {
            Commands.Result result = Commands.run(spawn, new byte[0], TIME, OUTPUT_BYTES);
            return result.success() ? result.output() : "";
        } catch (LinuxException e) {
            return "";
        }
    }
}
