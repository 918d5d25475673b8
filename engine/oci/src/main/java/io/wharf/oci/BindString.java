package io.wharf.oci;

import io.wharf.base.WharfException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The short form of a mount, {@code source:destination[:mode]}, as {@code -v} sends it in {@code Binds}. */
final class BindString {
    private static final Set<String> PROPAGATIONS =
            Set.of("private", "rprivate", "slave", "rslave", "shared", "rshared");
    // Each option belongs to one kind, and a mode has each kind at most once.
    private static final List<Set<String>> KINDS = List.of(
            Set.of("rw", "ro"),
            Set.of("z", "Z"),
            Set.of("default", "consistent", "cached", "delegated"),
            Set.of("nocopy", "copy"),
            PROPAGATIONS);

    private BindString() {}

    /** Reads one; refuses in Docker's words. */
    static MountTarget parse(String raw, String volumeDriver) {
        String[] parts = raw.split(":", -1);
        if (parts.length > 3 || parts[0].isEmpty() || (parts.length > 1 && parts[1].isEmpty())) {
            throw invalid(raw);
        }
        String mode = parts.length == 3 ? parts[2] : "";
        if (parts.length == 1) {
            return target("", parts[0], "", volumeDriver, raw);
        }
        // A volume without a name cannot have a mode: /foo:rw is neither.
        if (parts.length == 2 && !parts[1].isEmpty() && isMode(parts[1])) {
            throw invalid(raw);
        }
        if (!isMode(mode)) {
            throw WharfException.invalid("invalid mode: " + mode);
        }
        return target(parts[0], parts[1], mode, volumeDriver, raw);
    }

    /** A volume without a name at a path that an image or a request declares; the path is never read as a bind. */
    static MountTarget anonymous(String destination, String volumeDriver) {
        return target("", destination, "", volumeDriver, destination);
    }

    static boolean isPropagation(String text) {
        return PROPAGATIONS.contains(text);
    }

    /** Whether a mode says nothing of propagation or of copying, which belong to the first who mounts. */
    static boolean isPlain(String mode) {
        for (String option : mode.split(",")) {
            if (isPropagation(option) || option.equals("nocopy") || option.equals("copy")) {
                return false;
            }
        }
        return true;
    }

    /** Whether a mode is one, the empty one included. */
    static boolean isMode(String mode) {
        if (mode.isEmpty()) {
            return true;
        }
        int[] seen = new int[KINDS.size()];
        for (String option : mode.split(",", -1)) {
            boolean known = false;
            for (int kind = 0; kind < seen.length; kind++) {
                if (KINDS.get(kind).contains(option)) {
                    known = true;
                    seen[kind]++;
                    if (seen[kind] > 1) {
                        return false;
                    }
                }
            }
            if (!known) {
                return false;
            }
        }
        return true;
    }

    static boolean has(String mode, String option) {
        return List.of(mode.split(",")).contains(option);
    }

    /** A path without {@code .}, {@code ..} and double slashes. */
    static String clean(String path) {
        return Path.of(path).normalize().toString();
    }

    private static MountTarget target(String source, String destination, String mode, String driver, String raw) {
        if (!destination.startsWith("/")) {
            throw WharfException.invalid("invalid volume specification: '" + raw + "': invalid mount config for type \""
                    + (source.startsWith("/") ? MountTarget.BIND : MountTarget.VOLUME) + "\": invalid mount path: '"
                    + destination + "' mount path must be absolute");
        }
        String inside = clean(destination);
        if (inside.equals("/")) {
            throw WharfException.invalid(
                    "invalid volume specification: '" + raw + "': invalid specification: destination can't be '/'");
        }
        boolean bind = source.startsWith("/");
        String propagation = "";
        for (String option : mode.split(",")) {
            propagation = isPropagation(option) ? option : propagation;
        }
        if (!bind && !propagation.isEmpty()) {
            throw WharfException.invalid("invalid volume specification: '" + raw
                    + "': invalid mount config for type \"volume\": field BindOptions must not be specified");
        }
        if (bind && (has(mode, "nocopy") || has(mode, "copy"))) {
            throw WharfException.invalid("invalid volume specification: '" + raw
                    + "': invalid mount config for type \"bind\": field VolumeOptions must not be specified");
        }
        return new MountTarget(
                bind ? MountTarget.BIND : MountTarget.VOLUME,
                bind ? "" : source,
                bind ? clean(source) : "",
                inside,
                bind ? "" : driver,
                // Docker shows every volume of the local driver as shared between SELinux labels.
                bind || !mode.isEmpty() ? mode : "z",
                has(mode, "ro"),
                bind ? (propagation.isEmpty() ? "rprivate" : propagation) : "",
                !bind && !has(mode, "nocopy"),
                true,
                bind,
                source.isEmpty(),
                true,
                "",
                null);
    }

    private static WharfException invalid(String raw) {
        return WharfException.invalid("invalid volume specification: '" + raw + "'");
    }
}
