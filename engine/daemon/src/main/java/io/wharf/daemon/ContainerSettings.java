package io.wharf.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerDefaults;
import io.wharf.contracts.HostConfig.Ulimit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The settings that containers get who do not say otherwise. */
final class ContainerSettings {
    private static final Pattern SIZE = Pattern.compile("([0-9]+) ?([kmgt]?)i?b?");
    private static final String UNITS = "kmgt";
    private static final String RUNC_SHIM = "io.containerd.runc.v2";
    private static final String IPC_HINT = "use \"shareable\" or \"private\"";

    private final Settings settings;

    ContainerSettings(Settings settings) {
        this.settings = settings;
    }

    ContainerDefaults defaults() {
        ContainerDefaults usual = ContainerDefaults.USUAL;
        String size = settings.text("default-shm-size", "");
        List<String> folders = settings.texts("cdi-spec-dirs");
        boolean cdi = new EngineSettings(settings).cdi();
        return new ContainerDefaults(
                settings.truth("init", false),
                settings.textOrNull("init-path"),
                settings.truth("no-new-privileges", false),
                ulimits(),
                size.isEmpty() ? usual.shmSize() : bytes(size),
                ipcMode(usual.ipcMode()),
                cgroupnsMode(),
                settings.text("cgroup-parent", ""),
                settings.text("seccomp-profile", ""),
                stopSeconds(usual.stopSeconds()),
                !cdi
                        ? List.of()
                        : folders.isEmpty()
                                ? usual.cdiSpecDirs()
                                : folders.stream()
                                        .filter(folder -> !folder.isEmpty())
                                        .toList());
    }

    private int stopSeconds(int otherwise) {
        int seconds = settings.number("default-stop-timeout", otherwise);
        if (seconds < 0) {
            throw WharfException.invalid("invalid default stop timeout: " + seconds);
        }
        return seconds;
    }

    private String ipcMode(String otherwise) {
        String mode = settings.text("default-ipc-mode", otherwise);
        if (mode.isEmpty() || List.of("private", "shareable").contains(mode)) {
            return mode.isEmpty() ? otherwise : mode;
        }
        if (List.of("none", "host").contains(mode) || mode.startsWith("container:")) {
            throw WharfException.invalid("IPC mode \"" + mode + "\" is not supported as default value; " + IPC_HINT);
        }
        throw WharfException.invalid("default IPC mode setting (" + mode + ") is invalid; " + IPC_HINT);
    }

    private String cgroupnsMode() {
        String mode = settings.text("default-cgroupns-mode", "");
        if (!List.of("", "private", "host").contains(mode)) {
            throw WharfException.invalid(
                    "invalid default cgroup namespace (" + mode + "): use \"host\" or \"private\"");
        }
        return mode;
    }

    /** Name to path: the file's {@code runtimes}, then flags of the form {@code name=path}. */
    Map<String, String> runtimes() {
        Map<String, String> runtimes = new LinkedHashMap<>();
        settings.object("runtimes").properties().forEach(entry -> {
            String program = program(entry.getKey(), entry.getValue());
            if (!entry.getValue().path("runtimeArgs").isEmpty()) {
                throw settings.refusal("runtime " + entry.getKey() + ": runtimeArgs are not supported");
            }
            runtimes.put(entry.getKey(), program);
        });
        runtimes.putAll(Settings.pairsOf("--add-runtime", settings.flagged("runtimes")));
        return runtimes;
    }

    private String program(String name, JsonNode runtime) {
        String path = runtime.path("path").asText();
        if (!path.isEmpty()) {
            return path;
        }
        // containerd's way: its shim is of no use here, the program that it would run is.
        String shim = runtime.path("runtimeType").asText();
        String program = runtime.path("options").path("BinaryName").asText();
        if (!shim.equals(RUNC_SHIM)) {
            throw settings.refusal("runtime " + name
                    + (shim.isEmpty() ? " has no path" : ": containerd's shims are not used here, give a path"));
        }
        return program.isEmpty() ? "runc" : program;
    }

    /** Options of the runtime by their names in lower case. */
    Map<String, String> execOptions() {
        Map<String, String> options = new LinkedHashMap<>();
        for (String given : settings.texts("exec-opts")) {
            int equals = given.indexOf('=');
            String name = equals < 0 ? "" : given.substring(0, equals).strip().toLowerCase(Locale.ROOT);
            String value = given.substring(equals + 1).strip();
            if (name.isEmpty() || value.isEmpty()) {
                throw WharfException.invalid("invalid exec-opt (" + given + "): must be formatted 'opt=value'");
            }
            if (!name.equals("native.cgroupdriver")) {
                throw WharfException.invalid("invalid exec-opt (" + given + "): unknown option: '" + name + "'");
            }
            if (!value.equals("cgroupfs") && !value.equals("systemd")) {
                throw WharfException.invalid("invalid cgroup driver \"" + value + "\": use cgroupfs or systemd");
            }
            options.put(name, value);
        }
        return options;
    }

    /** The file's {@code default-ulimits}, then flags of the form {@code name=soft[:hard]}. */
    private List<Ulimit> ulimits() {
        Map<String, Ulimit> limits = new LinkedHashMap<>();
        settings.object("default-ulimits")
                .properties()
                .forEach(limit -> limits.put(
                        limit.getKey(),
                        new Ulimit(
                                limit.getKey(),
                                limit.getValue().path("Hard").asLong(),
                                limit.getValue().path("Soft").asLong())));
        Settings.pairsOf("--default-ulimit", settings.flagged("default-ulimits"))
                .forEach((name, value) -> {
                    String[] parts = value.split(":", 2);
                    try {
                        long soft = Long.parseLong(parts[0]);
                        limits.put(name, new Ulimit(name, parts.length == 1 ? soft : Long.parseLong(parts[1]), soft));
                    } catch (NumberFormatException e) {
                        throw WharfException.invalid("invalid ulimit argument: " + name + "=" + value);
                    }
                });
        return List.copyOf(limits.values());
    }

    private static long bytes(String text) {
        Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw WharfException.invalid("invalid size: '" + text + "'");
        }
        int power = matcher.group(2).isEmpty() ? 0 : UNITS.indexOf(matcher.group(2)) + 1;
        return Long.parseLong(matcher.group(1)) << (10 * power);
    }
}
