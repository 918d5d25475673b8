package io.wharf.linux;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A union to mount.
 *
 * @param lowers absolute folders, the topmost first; 1 to 500
 * @param upper null together with {@code work}: a read-only union, which needs two lowers
 * @param options further ones of overlayfs, as {@code index=off}
 */
public record Overlay(
        List<String> lowers,
        @Nullable String upper,
        @Nullable String work,
        List<String> options) {
    public Overlay {
        lowers = List.copyOf(lowers);
        options = List.copyOf(options);
        if (lowers.isEmpty() || (upper == null) != (work == null)) {
            throw new IllegalArgumentException("an overlay needs lowers, and upper and work together");
        }
    }

    public static Overlay writable(List<String> lowers, String upper, String work) {
        return new Overlay(lowers, upper, work, List.of());
    }

    public static Overlay readOnly(List<String> lowers) {
        return new Overlay(lowers, null, null, List.of());
    }
}
