package io.wharf.images.drivers;

import io.wharf.base.WharfException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code --storage-opt} of the daemon and of containers, read and refused in Docker's words. */
public final class StorageOptions {
    private static final Pattern SIZE =
            Pattern.compile("(\\d+(?:\\.\\d+)?) ?([kmgtp]?)(?:i?b)?", Pattern.CASE_INSENSITIVE);
    private static final String UNITS = "kmgtp";

    private static final Map<String, Set<String>> KNOWN = Map.of(
            OverlayDriver.NAME,
            Set.of("overlay2.size", "overlay2.override_kernel_check"),
            BtrfsDriver.NAME,
            Set.of("btrfs.size", "btrfs.min_space"));

    /** By names in small letters. */
    private final Map<String, String> given;

    StorageOptions(Map<String, String> given) {
        this.given = new HashMap<>();
        given.forEach((name, value) -> this.given.put(name.toLowerCase(Locale.ROOT), value));
    }

    /** Refuses options that are not this driver's. */
    void check(String driver) {
        for (String name : given.keySet()) {
            if (!KNOWN.getOrDefault(driver, Set.of()).contains(name)) {
                throw WharfException.invalid(driver + ": unknown option " + name);
            }
        }
    }

    /** A size in bytes; null where the option is not given. */
    @Nullable
    Long size(String name) {
        String text = given.get(name);
        return text == null ? null : bytes(text);
    }

    /** How many bytes a container may write at most; null where it does not say. */
    public static @Nullable Long ofContainer(Map<String, String> options) {
        Long size = null;
        for (Map.Entry<String, String> option : options.entrySet()) {
            if (!option.getKey().equalsIgnoreCase("size")) {
                throw WharfException.invalid("unknown option " + option.getKey());
            }
            size = bytes(option.getValue());
        }
        return size;
    }

    private static long bytes(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw WharfException.invalid("invalid size: '" + text + "'");
        }
        String unit = matcher.group(2).toLowerCase(Locale.ROOT);
        double value = Double.parseDouble(matcher.group(1));
        long bytes = (long) (value * (1L << (10 * (unit.isEmpty() ? 0 : UNITS.indexOf(unit) + 1))));
        if (bytes == 0) {
            throw WharfException.invalid("invalid size: '" + text + "': nothing could be written at all");
        }
        return bytes;
    }
}
