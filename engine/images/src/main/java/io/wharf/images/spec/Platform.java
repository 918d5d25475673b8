package io.wharf.images.spec;

import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.WantedPlatform;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An operating system and a machine, in Go's words: {@code linux/arm64/v8}. */
public record Platform(String os, String architecture, String variant) {
    public static final Platform HOST = new Platform(
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

    public static Platform parse(@Nullable String text) {
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
        return switch (architecture.toLowerCase(Locale.ROOT)) {
            case "x86_64", "x86-64" -> "amd64";
            case "aarch64" -> "arm64";
            case "armhf", "armel" -> "arm";
            case "i386", "i486", "i586", "i686", "x86" -> "386";
            default -> architecture.toLowerCase(Locale.ROOT);
        };
    }

    /** As containerd's platforms package writes it: one name for each machine, and no variant where it is the usual one. */
    private Platform normalized() {
        String given = variant.toLowerCase(Locale.ROOT);
        String machine = normal(architecture);
        String kind = switch (machine) {
            case "arm64" -> given.equals("8") || given.equals("v8") || given.equals("v8.0") ? "" : given;
            case "amd64" -> given.equals("v1") ? "" : given;
            case "arm" ->
                switch (given) {
                    case "" -> architecture.equals("armel") ? "v6" : "v7";
                    case "5", "6", "7", "8" -> "v" + given;
                    default -> given;
                };
            default -> given;
        };
        return new Platform(os.toLowerCase(Locale.ROOT), machine, kind);
    }

    /** What runs where this is wanted, the best first: older variants, and the 32-bit machines that it can play. */
    private List<Platform> runnable() {
        Platform self = normalized();
        List<Platform> able = new ArrayList<>();
        able.add(self);
        switch (self.architecture) {
            case "amd64" -> {
                older(able, "amd64", self.variant, 2);
                if (!self.variant.isEmpty()) {
                    able.add(new Platform(self.os, "amd64", ""));
                }
                able.add(new Platform(self.os, "386", ""));
            }
            case "arm64" -> {
                if (!self.variant.isEmpty()) {
                    able.add(new Platform(self.os, "arm64", ""));
                }
                able.add(new Platform(self.os, "arm", "v8"));
                older(able, "arm", "v8", 5);
            }
            case "arm" -> older(able, "arm", self.variant, 5);
            default -> {}
        }
        return able;
    }

    private void older(List<Platform> able, String machine, String from, int to) {
        if (from.matches("v[0-9]")) {
            for (int version = from.charAt(1) - '1'; version >= to; version--) {
                able.add(new Platform(normalized().os, machine, "v" + version));
            }
        }
    }

    /** How well another serves where this is wanted, 0 best; -1 where it does not. */
    int rank(Platform other) {
        return runnable().indexOf(other.normalized());
    }

    /** Whether what is there may be taken where this was asked for by name: another machine's is not, even if it would run. */
    public boolean accepts(String otherOs, String otherArchitecture, String otherVariant) {
        Platform self = normalized();
        Platform other = new Platform(otherOs, otherArchitecture, otherVariant).normalized();
        return self.os.equals(other.os)
                && self.architecture.equals(other.architecture)
                && (variant.isEmpty() || otherVariant.isEmpty() || rank(other) >= 0);
    }

    public static Platform of(ImageConfig config) {
        return new Platform(config.os(), config.architecture(), config.variant());
    }

    public static Platform of(WantedPlatform wanted) {
        return new Platform(
                wanted.os().toLowerCase(Locale.ROOT),
                normal(wanted.architecture().toLowerCase(Locale.ROOT)),
                wanted.variant());
    }

    public boolean accepts(Platform other) {
        return accepts(other.os, other.architecture, other.variant);
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
