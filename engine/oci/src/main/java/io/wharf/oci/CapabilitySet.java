package io.wharf.oci;

import io.wharf.base.WharfException;
import io.wharf.linux.Capabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Linux capabilities (capabilities(7)) as sets of bits, by the names that Docker takes and gives. */
final class CapabilitySet {
    // By number, from 0, as far as the running kernel knows them.
    private static final List<String> NAMES = Capabilities.known();
    private static final String ALL = "ALL";
    private static final String PREFIX = "CAP_";

    /** What a container gets where nothing else is said: Docker's documented fourteen. */
    static final long DEFAULT = bits(
            "CHOWN",
            "DAC_OVERRIDE",
            "FSETID",
            "FOWNER",
            "MKNOD",
            "NET_RAW",
            "SETGID",
            "SETUID",
            "SETFCAP",
            "SETPCAP",
            "NET_BIND_SERVICE",
            "SYS_CHROOT",
            "KILL",
            "AUDIT_WRITE");

    private CapabilitySet() {}

    /**
     * The capabilities of a container's processes, within what the engine itself can give.
     *
     * @param bounding the engine's own bounding set
     */
    public static long of(List<String> add, List<String> drop, boolean privileged, long bounding) {
        if (privileged) {
            return bounding;
        }
        boolean addsAll = add.stream().anyMatch(CapabilitySet::isAll);
        boolean dropsAll = drop.stream().anyMatch(CapabilitySet::isAll);
        long set = addsAll ? bounding : dropsAll ? 0 : DEFAULT;
        if (!dropsAll) {
            for (String name : drop) {
                set &= ~bit(name);
            }
        }
        for (String name : add) {
            set |= isAll(name) ? 0 : bit(name);
        }
        return set & bounding;
    }

    /** Refuses names that are none, and capabilities that the engine does not have to give. */
    static void check(String field, List<String> names, long bounding) {
        for (String name : names) {
            if (isAll(name)) {
                continue;
            }
            long bit = bit(name);
            if (bit == 0) {
                throw WharfException.invalid("invalid " + field + ": unknown capability: \"" + full(name) + "\"");
            }
            if ((bit & bounding) == 0) {
                throw WharfException.invalid("invalid " + field
                        + ": capability not supported by your kernel or not available in the current environment: \""
                        + full(name) + "\"");
            }
        }
    }

    /** The bit of a name with or without its prefix, in any case; 0 where there is no such capability. */
    static long bit(String name) {
        int number = NAMES.indexOf(full(name));
        return number < 0 ? 0 : 1L << number;
    }

    static long bits(String... names) {
        long set = 0;
        for (String name : names) {
            set |= bit(name);
        }
        return set;
    }

    /** The names of a set, with prefix, in the order of their numbers. */
    static List<String> names(long set) {
        List<String> names = new ArrayList<>();
        for (int number = 0; number < NAMES.size(); number++) {
            if ((set >> number & 1) != 0) {
                names.add(NAMES.get(number));
            }
        }
        return names;
    }

    private static boolean isAll(String name) {
        return name.equalsIgnoreCase(ALL);
    }

    private static String full(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        return upper.startsWith(PREFIX) ? upper : PREFIX + upper;
    }
}
