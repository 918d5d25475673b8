package io.wharf.images;

import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.WantedPlatform;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
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

    private static final Pattern PART = Pattern.compile("^[A-Za-z0-9_.-]+$");
    private static final Set<String> SYSTEMS = Set.of(
            "aix",
            "android",
            "darwin",
            "dragonfly",
            "freebsd",
            "illumos",
            "ios",
            "js",
            "linux",
            "netbsd",
            "openbsd",
            "plan9",
            "solaris",
            "wasip1",
            "windows");
    private static final Set<String> MACHINES = Set.of(
            "386",
            "amd64",
            "arm",
            "arm64",
            "loong64",
            "mips",
            "mips64",
            "mips64le",
            "mipsle",
            "ppc64",
            "ppc64le",
            "riscv64",
            "s390x",
            "wasm");

    static Platform parse(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return HOST;
        }
        String[] parts = text.toLowerCase(Locale.ROOT).split("/", -1);
        for (String part : parts) {
            if (!PART.matcher(part).matches()) {
                throw WharfException.invalid("\"" + part + "\" is an invalid component of \"" + text
                        + "\": platform specifier component must match \"" + PART + "\": invalid argument");
            }
        }
        if (parts.length > 3) {
            throw WharfException.invalid("\"" + text + "\": cannot parse platform specifier: invalid argument");
        }
        if (parts.length == 1) {
            if (SYSTEMS.contains(parts[0])) {
                return new Platform(parts[0], HOST.architecture, "");
            }
            if (!MACHINES.contains(normal(parts[0]))) {
                throw WharfException.invalid(
                        "\"" + text + "\": unknown operating system or architecture: invalid argument");
            }
            return new Platform(HOST.os, normal(parts[0]), "");
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

    static Platform of(Image image) {
        ImageConfig config = image.config();
        return new Platform(config.os(), config.architecture(), config.variant());
    }

    static Platform of(WantedPlatform wanted) {
        return new Platform(
                wanted.os().toLowerCase(Locale.ROOT),
                normal(wanted.architecture().toLowerCase(Locale.ROOT)),
                wanted.variant());
    }

    boolean accepts(Platform other) {
        return accepts(other.os, other.architecture, other.variant);
    }

    /** The image, which must be for a platform where one is named: of each image one platform is kept here. */
    static Image fitting(Image image, String name, @Nullable WantedPlatform wanted) {
        if (wanted != null && !of(wanted).accepts(of(image))) {
            throw WharfException.notFound("image with reference " + name + " was found but its platform (" + of(image)
                    + ") does not match the specified platform (" + of(wanted) + ")");
        }
        return image;
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
