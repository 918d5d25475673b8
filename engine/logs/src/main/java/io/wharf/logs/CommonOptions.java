package io.wharf.logs;

import io.wharf.base.WharfException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Options that every driver takes: what happens while its destination is slow, and the local copy of remote logs.
 *
 * <p>A container never waits for its log here. {@code mode=non-blocking} therefore only says how much may wait for the
 * destination, {@code max-buffer-size}.
 */
final class CommonOptions {
    static final String MODE = "mode";
    static final String BUFFER = "max-buffer-size";
    static final String CACHE_DISABLED = "cache-disabled";
    private static final String NON_BLOCKING = "non-blocking";
    private static final String CACHE = "cache-";
    private static final Set<String> MODES = Set.of("", "blocking", NON_BLOCKING);

    private CommonOptions() {}

    static void check(Map<String, String> options) {
        String mode = options.getOrDefault(MODE, "");
        if (!MODES.contains(mode)) {
            throw WharfException.invalid("logger: logging mode not supported: " + mode);
        }
        String buffer = options.get(BUFFER);
        if (buffer != null) {
            if (!mode.equals(NON_BLOCKING)) {
                throw WharfException.invalid(
                        "logger: max-buffer-size option is only supported with 'mode=non-blocking'");
            }
            if (SizeText.binary(buffer) < 0) {
                throw WharfException.invalid("error parsing option max-buffer-size: invalid size: '" + buffer + "'");
            }
        }
        String disabled = options.getOrDefault(CACHE_DISABLED, "");
        if (!disabled.isEmpty() && SizeText.bool(disabled) == null) {
            throw WharfException.invalid("invalid value for option cache-disabled: " + disabled);
        }
        Map<String, String> cache = cache(options);
        cache.remove("disabled");
        try {
            FileOptions.checkLocal(cache);
        } catch (WharfException e) {
            throw WharfException.invalid("error validating log cache options: " + e.getMessage());
        }
    }

    /** What is the driver's own. */
    static Map<String, String> without(Map<String, String> options) {
        Map<String, String> own = new HashMap<>(options);
        own.keySet().removeIf(key -> key.equals(MODE) || key.equals(BUFFER) || key.startsWith(CACHE));
        return own;
    }

    /** Options of the local copy, without their prefix. */
    static Map<String, String> cache(Map<String, String> options) {
        Map<String, String> cache = new HashMap<>();
        options.forEach((key, value) -> {
            if (key.startsWith(CACHE)) {
                cache.put(key.substring(CACHE.length()), value);
            }
        });
        return cache;
    }

    static boolean isOfCache(String key) {
        return key.startsWith(CACHE);
    }

    static boolean isCached(Map<String, String> options) {
        return !Boolean.TRUE.equals(SizeText.bool(options.getOrDefault(CACHE_DISABLED, "")));
    }

    /** How many bytes may wait for a destination; null for the engine's own cap. */
    static @Nullable Long backlogBytes(Map<String, String> options) {
        String buffer = options.get(BUFFER);
        if (buffer != null) {
            return SizeText.binary(buffer);
        }
        return NON_BLOCKING.equals(options.get(MODE)) ? Long.valueOf(1 << 20) : null;
    }
}
