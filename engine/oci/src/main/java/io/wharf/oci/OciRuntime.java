package io.wharf.oci;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import io.wharf.linux.SealedProgram;
import io.wharf.linux.Spawn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An OCI runtime that works on this host, and how its commands are written.
 *
 * @param name what clients call it, such as {@code runc}
 * @param program absolute path
 * @param version first line of its {@code --version}
 * @param state its {@code --root}
 * @param systemdCgroup whether systemd makes the cgroups
 * @param recursiveReadOnly whether it makes mounts read-only with all that is mounted below ({@code rro})
 */
public record OciRuntime(
        String name, Path program, String version, Path state, boolean systemdCgroup, boolean recursiveReadOnly) {
    private static final String BELOW_SCOPE = "container";

    /** One of which nothing more is known. */
    public OciRuntime(String name, Path program, String version, Path state, boolean systemdCgroup) {
        this(name, program, version, state, systemdCgroup, false);
    }

    /** Everything before the command; conmon hands each on as a {@code --runtime-arg}. */
    public List<String> globalArguments() {
        List<String> arguments = new ArrayList<>(List.of("--root", state.toString()));
        if (systemdCgroup) {
            arguments.add("--systemd-cgroup");
        }
        return arguments;
    }

    /**
     * What this runtime must be told in the annotations of a specification: crun's own name for the cgroup below a scope of
     * systemd's, so that nobody's annotation makes it another (crun(1)).
     *
     * @param unified whether cgroup v2 rules alone
     */
    Map<String, String> annotations(boolean unified) {
        return belowScope(unified) ? Map.of("run.oci.systemd.subgroup", BELOW_SCOPE) : Map.of();
    }

    /**
     * The cgroup with a container's processes and limits, absolute. crun keeps both below the scope: systemd writes what it
     * was told of a scope anew at each reload, but leaves alone what is below.
     *
     * @param unified whether cgroup v2 rules alone
     */
    public String cgroup(String cgroupsPath, boolean unified) {
        String resolved = CgroupPaths.resolved(cgroupsPath);
        return belowScope(unified) && !cgroupsPath.startsWith("/") ? resolved + "/" + BELOW_SCOPE : resolved;
    }

    private boolean belowScope(boolean unified) {
        return unified && systemdCgroup && version.startsWith("crun ");
    }

    /** A start of what create prepared; its failure, in JSON lines, goes to the log file. */
    Spawn.Builder start(String id, Path log) {
        return command(log, "start", id);
    }

    Spawn.Builder kill(String id, int signal, Path log) {
        return command(log, "kill", id, Integer.toString(signal));
    }

    /** Signals every process of the container's cgroup. */
    Spawn.Builder killAll(String id, int signal, Path log) {
        return command(log, "kill", "--all", id, Integer.toString(signal));
    }

    Spawn.Builder delete(String id, boolean force, Path log) {
        return force ? command(log, "delete", "--force", id) : command(log, "delete", id);
    }

    Spawn.Builder pause(String id, Path log) {
        return command(log, "pause", id);
    }

    Spawn.Builder resume(String id, Path log) {
        return command(log, "resume", id);
    }

    /** New limits of a running container; the {@code linux.resources} of the specification as JSON on its input. */
    public Spawn.Builder update(String id, Path log) {
        return command(log, "update", "--resources", "-", id);
    }

    /** Writes the OCI state as JSON to its standard output. */
    List<String> state(String id) {
        return argv(List.of("state", id));
    }

    /**
     * A further process; standard streams, and more options (such as {@code --pid-file}, {@code --console-socket},
     * {@code --detach}), are the caller's.
     */
    public List<String> exec(String id, Path process, Path log, List<String> options) {
        List<String> command = new ArrayList<>(List.of("--log", log.toString(), "--log-format", "json", "exec"));
        command.addAll(options);
        command.addAll(List.of("--process", process.toString(), id));
        return argv(command);
    }

    /** The arguments of a command, without the program's name. */
    public List<String> argv(List<String> command) {
        List<String> arguments = globalArguments();
        arguments.addAll(command);
        return arguments;
    }

    /**
     * A child with a clean environment and these arguments; standard streams are the caller's to map. On a thread that may
     * block.
     */
    public Spawn.Builder spawn(List<String> arguments) {
        return Spawn.named(executable(), program.toString())
                .arguments(arguments)
                .environment(environment());
    }

    /**
     * What others run as the program; on a thread that may block. Of crun and runc it is a copy in this process's memory,
     * which is there until {@link #forget} or this process's end; a program that is replaced gets another.
     */
    public String executable() {
        // Others may be scripts, or look for their libraries beside themselves.
        return RuntimeProbe.KNOWN.contains(String.valueOf(program.getFileName()))
                ? SealedProgram.of(program.toString())
                : program.toString();
    }

    /** Gives back what {@link #executable} took, of a runtime that does not work here. */
    void forget() {
        SealedProgram.forget(program.toString());
    }

    /** The whole environment of the runtime's own processes. */
    public static Map<String, String> environment() {
        return Map.of("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    }

    /**
     * The first error that a runtime's command wrote to its JSON log; empty where the log has none. On a thread that may
     * block.
     */
    public static Optional<String> firstError(Path log) {
        try {
            if (!Files.exists(log)) {
                return Optional.empty();
            }
            for (String line : Files.readAllLines(log)) {
                JsonNode entry = line.isBlank() ? null : Json.MAPPER.readTree(line);
                if (entry != null && entry.path("level").asText().equals("error")) {
                    return Optional.of(entry.path("msg").asText());
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private Spawn.Builder command(Path log, String... command) {
        List<String> arguments = new ArrayList<>(List.of("--log", log.toString(), "--log-format", "json"));
        arguments.addAll(List.of(command));
        return spawn(argv(arguments));
    }
}
