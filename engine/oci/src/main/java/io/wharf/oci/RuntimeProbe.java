package io.wharf.oci;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import io.wharf.base.Layout;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.HostConfig;
import io.wharf.linux.Boot;
import io.wharf.linux.Cgroups;
import io.wharf.linux.Commands;
import io.wharf.linux.Executables;
import io.wharf.linux.Host;
import io.wharf.linux.LinuxException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the OCI runtimes and tries each on a container whose program does nothing.
 *
 * <p>What a runtime's version promises and what this host lets it do are two things (crun refuses hybrid cgroups, a
 * sandbox may withhold a capability), so each one runs a real container, with the spec that all others get. Its program
 * ends at once, and the runtime then deletes it: also where the engine is killed meanwhile, nothing goes on. Answers are kept in the exec root, by what they depend on, so that a start of the engine need not wait.
 */
public final class RuntimeProbe {
    private static final Logger LOG = LoggerFactory.getLogger(RuntimeProbe.class);
    private static final Duration TIME = Duration.ofSeconds(10);
    private static final int OUTPUT_BYTES = 8 << 10;
    private static final int FEATURES_BYTES = 256 << 10;
    private static final String PREFIX = "wharf-probe-";
    // In the order of preference: crun starts containers in half the time.
    static final List<String> KNOWN = List.of("crun", "runc");

    private final EngineOptions options;
    private final HostFacts facts;
    private final CgroupPaths cgroups;

    public RuntimeProbe(EngineOptions options, HostFacts facts, CgroupPaths cgroups) {
        this.options = options;
        this.facts = facts;
        this.cgroups = cgroups;
    }

    /** Refuses a default runtime that is neither known nor given nor a program; whether it works, the probe tells. */
    public static void checkDefault(EngineOptions options) {
        String wanted = options.defaultRuntime();
        if (wanted != null
                && !wanted.isEmpty()
                && !KNOWN.contains(wanted)
                && !options.runtimes().containsKey(wanted)
                && Executables.find(wanted).isEmpty()) {
            throw WharfException.invalid("specified default runtime '" + wanted + "' does not exist");
        }
    }

    /** What a probe left that was killed in the middle: its container's processes, cgroup, bundle and root. */
    private void clearEarlier() throws IOException {
        Path bundles = Objects.requireNonNull(options.layout().bundle("any").getParent());
        for (String id : earlier(bundles)) {
            LOG.info("clearing a probe that was cut off: {}", id);
            String cgroup = CgroupPaths.resolved(cgroups.of(id, null));
            Cgroups.real().killAll(cgroup);
            Cgroups.real().remove(cgroup);
            Trees.delete(root(id));
            Trees.delete(options.layout().bundle(id));
        }
        // After a restart of the host the bundles are gone, and the data root is not.
        for (String id : earlier(options.layout().dataRoot())) {
            Trees.delete(root(id));
        }
    }

    private static List<String> earlier(Path folder) throws IOException {
        List<String> ids = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            String own = "-" + ProcessHandle.current().pid();
            try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, PREFIX + "*")) {
                left.forEach(path -> ids.add(path.getFileName().toString()));
            }
            ids.removeIf(id -> id.endsWith(own));
        }
        return ids;
    }

    /** An answer: a version with an empty error, or why not. */
    private record Answer(String key, String version, String error, boolean recursiveReadOnly) {}

    /** The kept answers, by program. */
    private record Kept(Map<String, Answer> answers) {}

    /**
     * Tries them, or reads the answers kept since the last time; on a thread that may block. Takes some 100 ms the first
     * time, 2 ms later. Never fails: where no runtime works, the reason says so and starts are refused.
     */
    public Runtimes probe() {
        try {
            clearEarlier();
        } catch (LinuxException | IOException e) {
            LOG.warn("a probe of an earlier start is left: {}", e.getMessage());
        }
        Map<String, String> candidates = candidates();
        Map<String, Answer> before = kept();
        Map<String, Answer> answers = new LinkedHashMap<>();
        Map<String, OciRuntime> usable = new LinkedHashMap<>();
        Map<String, String> refused = new LinkedHashMap<>();
        Map<String, String> shown = new LinkedHashMap<>();
        candidates.forEach((name, where) -> {
            Optional<String> program = Executables.find(where);
            if (program.isEmpty()) {
                if (!KNOWN.contains(name) || options.runtimes().containsKey(name)) {
                    refused.put(name, where + " is not an executable file");
                }
                return;
            }
            OciRuntime runtime = runtime(name, program.get(), "", false);
            String key = key(program.get());
            Answer known = before.get(program.get());
            Answer answer = known != null && known.key().equals(key) ? known : attempt(runtime, key);
            answers.put(program.get(), answer);
            shown.put(name, title(name, answer));
            if (answer.error().isEmpty()) {
                usable.put(name, runtime(name, program.get(), answer.version(), answer.recursiveReadOnly()));
            } else {
                refused.put(name, answer.error());
                runtime.forget();
            }
        });
        // Where none works the reason may pass: that answer is asked for anew at each start.
        if (!usable.isEmpty() && !answers.equals(before)) {
            keep(answers);
        }
        return choose(usable, refused, shown);
    }

    private Runtimes choose(Map<String, OciRuntime> usable, Map<String, String> refused, Map<String, String> shown) {
        String wanted = options.defaultRuntime();
        String chosen = "";
        if (wanted != null && !wanted.isEmpty()) {
            chosen = usable.containsKey(wanted) ? wanted : "";
        } else {
            chosen = KNOWN.stream()
                    .filter(usable::containsKey)
                    .findFirst()
                    .orElse(usable.keySet().stream().sorted().findFirst().orElse(""));
        }
        StringBuilder reason = new StringBuilder();
        refused.forEach((name, why) -> reason.append(shown.getOrDefault(name, name))
                .append(" refused: ")
                .append(why)
                .append("; "));
        if (!chosen.isEmpty()) {
            reason.append("using ").append(shown.getOrDefault(chosen, chosen));
            LOG.info("OCI runtime: {}", reason);
        } else {
            reason.append("no OCI runtime works here: install crun or runc");
            LOG.error("OCI runtime: {}", reason);
        }
        return new Runtimes(usable, refused, chosen, reason.toString());
    }

    private Map<String, String> candidates() {
        Map<String, String> candidates = new LinkedHashMap<>();
        KNOWN.forEach(name -> candidates.put(name, name));
        candidates.putAll(options.runtimes());
        String wanted = options.defaultRuntime();
        if (wanted != null && !wanted.isEmpty()) {
            candidates.putIfAbsent(wanted, wanted);
        }
        return candidates;
    }

    private OciRuntime runtime(String name, String program, String version, boolean recursiveReadOnly) {
        return new OciRuntime(
                name, Path.of(program), version, options.layout().runtimeState(), cgroups.systemd(), recursiveReadOnly);
    }

    private static String title(String name, Answer answer) {
        // "crun version 1.8.1" and "runc version 1.1.5+ds1" name themselves.
        String[] words = answer.version().split(" ");
        return words.length == 3 && words[1].equals("version") ? name + " " + words[2] : name;
    }

    private Answer attempt(OciRuntime runtime, String key) {
        String version = "";
        try {
            Commands.Result said = Commands.run(runtime.spawn(List.of("--version")), new byte[0], TIME, OUTPUT_BYTES);
            if (!said.success()) {
                return new Answer(key, "", "--version failed: " + said.reason(), false);
            }
            version = said.output().lines().findFirst().orElse("").strip();
            return new Answer(key, version, tryContainer(runtime), makesReadOnlyWithAllBelow(runtime));
        } catch (LinuxException | WharfException | IOException e) {
            return new Answer(key, version, String.valueOf(e.getMessage()), false);
        }
    }

    /** By the features that it tells of; crun could do it before it told. */
    private boolean makesReadOnlyWithAllBelow(OciRuntime runtime) throws IOException {
        if (facts.kernel() < HostFacts.kernel("5.12")) {
            return false;
        }
        Commands.Result said = Commands.run(runtime.spawn(List.of("features")), new byte[0], TIME, FEATURES_BYTES);
        if (!said.success()) {
            return runtime.name().equals("crun");
        }
        for (JsonNode option : Json.MAPPER.readTree(said.output()).path("mountOptions")) {
            if (option.asText().equals("rro")) {
                return true;
            }
        }
        return false;
    }

    /** Runs a container; empty where that works. */
    private String tryContainer(OciRuntime runtime) throws IOException {
        Layout layout = options.layout();
        // Short and of this process alone, so that two engines never meet.
        String id = PREFIX + runtime.name() + "-" + ProcessHandle.current().pid();
        Path folder = layout.bundle(id);
        Path root = root(id);
        Path program = root.resolve("probe");
        Path log = folder.resolve("log.json");
        Files.createDirectories(layout.runtimeState());
        Files.createDirectories(folder);
        Files.createDirectories(root);
        try {
            Files.write(program, DoesNothing.program());
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
            new Bundle(facts, cgroups).write(input(id, root), folder, runtime);
            OciRuntime probing =
                    new OciRuntime(runtime.name(), runtime.program(), "", folder.resolve("state"), cgroups.systemd());
            Commands.Result ran = run(probing, log, "run", "--bundle", folder.toString(), id);
            if (ran.success()) {
                return "";
            }
            String reason = reason(log, ran);
            run(probing, log, "delete", "--force", id);
            return reason;
        } finally {
            Trees.delete(root);
            Trees.delete(folder);
        }
    }

    /** In the data root: from /run, where the exec root is, many hosts let nothing be executed. */
    private Path root(String id) {
        return options.layout().dataRoot().resolve(id);
    }

    private static Commands.Result run(OciRuntime runtime, Path log, String... command) {
        List<String> arguments = new ArrayList<>(List.of("--log", log.toString(), "--log-format", "json"));
        arguments.addAll(List.of(command));
        return Commands.run(runtime.spawn(runtime.argv(arguments)), new byte[0], TIME, OUTPUT_BYTES);
    }

    private static SpecInput input(String id, Path root) throws IOException {
        ContainerConfig config =
                Json.MAPPER.readValue("{\"Cmd\":[\"/probe\"],\"Hostname\":\"probe\"}", ContainerConfig.class);
        HostConfig host = Json.MAPPER.readValue(
                "{\"ShmSize\":1048576,\"CgroupnsMode\":\"host\",\"IpcMode\":\"private\"}", HostConfig.class);
        SpecInput.Namespaces namespaces = SpecInput.Namespaces.of(host, SpecInput.Namespace.FRESH, Map.of());
        return new SpecInput(id, config, host, root, namespaces, MountPlan.EMPTY, null, null);
    }

    /** The first error in the runtime's log, else what it printed. */
    private static String reason(Path log, Commands.Result result) {
        return OciRuntime.firstError(log).orElse(result.reason());
    }

    private String key(String program) {
        try {
            Path path = Path.of(program).toRealPath();
            return "4 " + Files.getLastModifiedTime(path).toMillis() + " " + Files.size(path) + " "
                    + Host.kernel().release() + " " + Boot.id() + " " + cgroups.driver() + " " + facts.cgroup() + " "
                    + facts.controllers().stream().sorted().toList();
        } catch (IOException e) {
            return "unreadable: " + e.getMessage();
        }
    }

    private Path file() {
        return options.layout().execRoot().resolve("runtimes.json");
    }

    private Map<String, Answer> kept() {
        try {
            if (!Files.exists(file())) {
                return Map.of();
            }
            // Field by field: Jackson would first look at the records, at each start of the engine.
            Map<String, Answer> answers = new LinkedHashMap<>();
            Json.MAPPER
                    .readTree(Files.readAllBytes(file()))
                    .path("Answers")
                    .properties()
                    .forEach(answer -> answers.put(
                            answer.getKey(),
                            new Answer(
                                    answer.getValue().path("Key").asText(),
                                    answer.getValue().path("Version").asText(),
                                    answer.getValue().path("Error").asText(),
                                    answer.getValue().path("RecursiveReadOnly").asBoolean())));
            return answers;
        } catch (IOException e) {
            LOG.debug("cannot read {}: {}", file(), e.getMessage());
            return Map.of();
        }
    }

    private void keep(Map<String, Answer> answers) {
        try {
            Files.createDirectories(file().getParent());
            Files.write(file(), Json.writeBytes(new Kept(answers)));
        } catch (IOException e) {
            LOG.warn("cannot keep what was found out about runtimes: {}", e.getMessage());
        }
    }
}
