package io.wharf.daemon;

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

    private final Settings settings;

    ContainerSettings(Settings settings) {
        this.settings = settings;
    }

    ContainerDefaults defaults() {
        ContainerDefaults usual = ContainerDefaults.USUAL;
        String size = settings.text("--default-shm-size", "default-shm-size", "");
        List<String> folders = settings.texts("--cdi-spec-dir", "cdi-spec-dirs");
        return new ContainerDefaults(
                settings.flag("--init", "init", false),
                settings.textOrNull("--init-path", "init-path"),
                settings.flag("--no-new-privileges", "no-new-privileges", false),
                ulimits(),
                size.isEmpty() ? usual.shmSize() : bytes(size),
                oneOf("--default-ipc-mode", "default-ipc-mode", usual.ipcMode(), "private", "shareable"),
                oneOf("--default-cgroupns-mode", "default-cgroupns-mode", "", "private", "host"),
                settings.text("--cgroup-parent", "cgroup-parent", ""),
                settings.text("--seccomp-profile", "seccomp-profile", ""),
                folders.isEmpty()
                        ? usual.cdiSpecDirs()
                        : folders.stream().filter(folder -> !folder.isEmpty()).toList());
    }

    private String oneOf(String flag, String key, String otherwise, String... known) {
        String value = settings.text(flag, key, otherwise);
        if (!value.equals(otherwise) && !List.of(known).contains(value)) {
            throw WharfException.invalid(key + " (" + value + ") is invalid");
        }
        return value;
    }

    /** The file's {@code default-ulimits}, then flags of the form {@code name=soft[:hard]}. */
    private List<Ulimit> ulimits() {
        Map<String, Ulimit> limits = new LinkedHashMap<>(settings.file().ulimits());
        Settings.pairs("--default-ulimit", settings.texts("--default-ulimit", ""))
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
