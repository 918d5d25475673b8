package io.wharf.oci;

import io.wharf.base.WharfException;
import io.wharf.contracts.HostConfig;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@code --security-opt} says, read.
 *
 * @param seccomp empty for the engine's own profile, {@code unconfined}, or a profile's JSON
 * @param apparmor empty for none asked, {@code unconfined}, or a profile's name
 * @param writableCgroups whether the container may write its cgroups; null for what goes with its privileges
 * @param labels whether SELinux labels were asked for
 */
record Security(
        boolean noNewPrivileges,
        String seccomp,
        String apparmor,
        @Nullable Boolean writableCgroups,
        boolean labels) {
    static final String UNCONFINED = "unconfined";

    private static final String DISABLE = "disable";

    /** Reads the options and refuses unknown ones; old clients separate by a colon. */
    public static Security of(HostConfig host) {
        boolean noNewPrivileges = false;
        String seccomp = "";
        String apparmor = "";
        Boolean writableCgroups = null;
        boolean labels = false;
        for (String option : host.securityOpt()) {
            int at = option.indexOf('=') >= 0 ? option.indexOf('=') : option.indexOf(':');
            String key = at < 0 ? option : option.substring(0, at);
            String value = at < 0 ? "" : option.substring(at + 1);
            boolean alone = at < 0;
            if (alone
                    && !List.of("no-new-privileges", "writable-cgroups", DISABLE)
                            .contains(key)) {
                throw WharfException.invalid("invalid --security-opt 1: \"" + option + "\"");
            }
            switch (key) {
                case "no-new-privileges" -> noNewPrivileges = alone || flag(option, value);
                case "writable-cgroups" -> writableCgroups = alone || flag(option, value);
                case "seccomp" -> seccomp = value;
                case "apparmor" -> apparmor = value;
                case "label" -> labels |= !value.equals(DISABLE);
                case DISABLE -> {
                    if (!alone) {
                        throw unknown(option);
                    }
                }
                default -> throw unknown(option);
            }
        }
        return new Security(
                noNewPrivileges, seccomp.equals("builtin") ? "" : seccomp, apparmor, writableCgroups, labels);
    }

    /** Whether the cgroups of a container are mounted writable. */
    boolean writesCgroups(HostConfig host) {
        return writableCgroups == null ? host.privileged() : writableCgroups;
    }

    /** Refuses profiles that cannot be read or applied here, and says what this host has no use for. */
    void check(HostFacts facts, List<String> warnings) {
        if (!seccomp.isEmpty() && !seccomp.equals(UNCONFINED)) {
            if (!facts.seccomp()) {
                throw WharfException.invalid(
                        "seccomp is not enabled in your kernel, cannot run a custom seccomp profile");
            }
            SeccompProfile.convert(seccomp, 0, facts);
        }
        if (!apparmor.isEmpty() && !apparmor.equals(UNCONFINED) && !facts.apparmor()) {
            warnings.add("AppArmor is not enabled in your kernel. Profile " + apparmor + " discarded.");
        }
        if (labels) {
            warnings.add("SELinux is not enabled on this host. Security labels discarded.");
        }
    }

    private static boolean flag(String option, String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "1", "t", "true" -> true;
            case "0", "f", "false" -> false;
            default -> throw unknown(option);
        };
    }

    private static WharfException unknown(String option) {
        return WharfException.invalid("invalid --security-opt 2: \"" + option + "\"");
    }
}
