package io.wharf.oci;

import io.wharf.base.WharfException;
import io.wharf.contracts.HostConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Options of a tmpfs as {@code --tmpfs} and {@code --mount} give them, over Docker's {@code noexec,nosuid,nodev}. */
final class TmpfsOptions {
    private static final Map<String, String> OPPOSITES = Map.ofEntries(
            Map.entry("exec", "noexec"),
            Map.entry("suid", "nosuid"),
            Map.entry("dev", "nodev"),
            Map.entry("rw", "ro"),
            Map.entry("sync", "async"),
            Map.entry("atime", "noatime"),
            Map.entry("diratime", "nodiratime"),
            Map.entry("relatime", "norelatime"),
            Map.entry("strictatime", "nostrictatime"),
            Map.entry("mand", "nomand"));
    private static final Set<String> PLAIN = Set.of(
            "defaults",
            "bind",
            "rbind",
            "remount",
            "dirsync",
            "private",
            "rprivate",
            "shared",
            "rshared",
            "slave",
            "rslave",
            "unbindable",
            "runbindable");
    private static final Set<String> VALUES = Set.of("size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol");

    private static final Set<String> OF_MOUNTS = Set.of("exec", "noexec");

    private TmpfsOptions() {}

    /** Refuses options that a tmpfs does not have. */
    static void check(String options) {
        for (String option : split(options)) {
            int equals = option.indexOf('=');
            boolean known = equals > 0
                    ? VALUES.contains(option.substring(0, equals))
                    : PLAIN.contains(option) || OPPOSITES.containsKey(option) || OPPOSITES.containsValue(option);
            if (!known) {
                throw WharfException.invalid("Invalid tmpfs option [\"" + option + "\"]");
            }
        }
    }

    /** The defaults and the options, where later ones win over their opposites and over the same with another value. */
    static List<String> merged(String options) {
        Map<String, String> kept = new LinkedHashMap<>();
        List.of("noexec", "nosuid", "nodev").forEach(option -> put(kept, option));
        split(options).forEach(option -> put(kept, option));
        kept.remove("defaults");
        return List.copyOf(kept.values());
    }

    /** The options of a {@code Mounts} entry, of which clients may choose but a few. */
    static String of(HostConfig.TmpfsOptions wanted, String type) {
        List<String> options = new ArrayList<>();
        if (wanted.sizeBytes() < 0) {
            throw WharfException.invalid("tmpfs size must not be negative");
        }
        if (wanted.sizeBytes() > 0) {
            options.add("size=" + wanted.sizeBytes());
        }
        if (wanted.mode() != 0) {
            options.add("mode=" + Integer.toOctalString(wanted.mode()));
        }
        for (List<String> option : wanted.options()) {
            if (option.isEmpty() || option.size() > 2) {
                throw WharfException.invalid(
                        "invalid mount config for type \"" + type + "\": invalid option array length");
            }
            if (!OF_MOUNTS.contains(option.getFirst())) {
                throw WharfException.invalid(
                        "invalid mount config for type \"" + type + "\": invalid option: " + option.getFirst());
            }
            options.add(String.join("=", option));
        }
        return String.join(",", options);
    }

    private static void put(Map<String, String> kept, String option) {
        int equals = option.indexOf('=');
        String key = equals > 0 ? option.substring(0, equals) : OPPOSITES.getOrDefault(option, option);
        kept.remove(key);
        kept.put(key, option);
    }

    private static List<String> split(String options) {
        return options.isEmpty() ? List.of() : List.of(options.split(","));
    }
}
