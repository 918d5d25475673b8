package io.wharf.oci;

import io.wharf.base.WharfException;
import io.wharf.contracts.HostConfig;
import java.util.List;
import java.util.Locale;

/**
 * What {@code --security-opt} says, read.
 *
 * @param seccomp empty for the engine's own profile, {@code unconfined}, or a profile's JSON
 * @param apparmor empty for none asked, {@code unconfined}, or a profile's name
 */
record Security(boolean noNewPrivileges, String seccomp, String apparmor) {
    static final String UNCONFINED = "unconfined";

    /** Reads the options and refuses unknown ones; old clients separate by a colon. */
    public static Security of(HostConfig host) {
        boolean noNewPrivileges = false;
        String seccomp = "";
        String apparmor = "";
        for (String option : host.securityOpt()) {
            int at = option.indexOf('=') >= 0 ? option.indexOf('=') : option.indexOf(':');
            String key = at < 0 ? option : option.substring(0, at);
            String value = at < 0 ? "" : option.substring(at + 1);
            switch (key) {
                case "no-new-privileges" -> noNewPrivileges = at < 0 || flag(option, value);
                case "seccomp" -> seccomp = present(option, at, value);
                case "apparmor" -> apparmor = present(option, at, value);
                case "label" -> checkLabel(option, value);
                case "disable" -> checkLabel(option, key);
                default -> throw WharfException.invalid("invalid --security-opt 2: \"" + option + "\"");
            }
        }
        return new Security(noNewPrivileges, seccomp.equals("builtin") ? "" : seccomp, apparmor);
    }

    /** Refuses profiles that cannot be read or applied here. */
    void check(HostFacts facts) {
        if (!seccomp.isEmpty() && !seccomp.equals(UNCONFINED)) {
            if (!facts.seccomp()) {
                throw WharfException.invalid(
                        "seccomp is not enabled in your kernel, cannot run a custom seccomp profile");
            }
            SeccompProfile.convert(seccomp, 0, facts);
        }
        if (!apparmor.isEmpty() && !apparmor.equals(UNCONFINED) && !facts.apparmor()) {
            throw WharfException.invalid(
                    "AppArmor is not enabled in your kernel, cannot apply the profile \"" + apparmor + "\"");
        }
    }

    private static String present(String option, int at, String value) {
        if (at < 0 || value.isEmpty()) {
            throw WharfException.invalid("invalid --security-opt 1: \"" + option + "\"");
        }
        return value;
    }

    private static boolean flag(String option, String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "1", "t", "true" -> true;
            case "0", "f", "false" -> false;
            default -> throw WharfException.invalid("invalid --security-opt 2: \"" + option + "\"");
        };
    }

    // Without SELinux there is nothing to switch off; other labels would be silently without effect.
    private static void checkLabel(String option, String value) {
        if (!List.of("disable").contains(value)) {
            throw WharfException.notImplemented("SELinux labels are not supported: --security-opt " + option);
        }
    }
}
