package io.wharf.images;

import io.wharf.base.WharfException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An operating system and a machine, in Go's words: {@code linux/arm64/v8}. */
record Platform(String os, String architecture, String variant) {
    static final Platform HOST = new Platform(
            "linux",
            switch (System.getProperty("os.arch")) {
                case "aarch64" -> "arm64";
                case "x86_64", "amd64" -> "amd64";
                default -> System.getProperty("os.arch");
            },
            "");

    static Platform parse(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return HOST;
        }
        String[] parts = text.toLowerCase(Locale.ROOT).split("/");
        if (parts.length > 3 || parts[0].isEmpty()) {
            throw WharfException.invalid("\"" + text + "\": invalid platform");
        }
        if (parts.length == 1) {
            return parts[0].equals("linux") || parts[0].equals("windows")
                    ? new Platform(parts[0], HOST.architecture, "")
                    : new Platform(HOST.os, normal(parts[0]), "");
        }
        return new Platform(parts[0], normal(parts[1]), parts.length < 3 ? "" : parts[2]);
    }

    private static String normal(String architecture) {
        return switch (architecture) {
            case "x86_64", "x86-64" -> "amd64";
            case "aarch64" -> "arm64";
            case "i386" -> "386";
            default -> architecture;
        };
    }

    /** Whether what is there may be taken where this is wanted. */
    boolean accepts(String otherOs, String otherArchitecture, String otherVariant) {
        boolean sameVariant = variant.isEmpty()
                || otherVariant.isEmpty()
                || variant.equals(otherVariant)
                || (architecture.equals("arm64") && variant.equals("v8"));
        return os.equals(otherOs) && architecture.equals(normal(otherArchitecture)) && sameVariant;
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
