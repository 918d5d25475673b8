package io.wharf.linux;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A link on top of another that shares its wire, made in the namespace where it is used.
 *
 * @param name in that namespace
 * @param parent index of the link below, in the namespace of the asker
 * @param mode number of the kind's mode in linux/if_link.h
 * @param flag of ipvlan; 0 otherwise
 * @param mac null to let the kernel choose; an ipvlan has its parent's
 * @param mtu 0 for the parent's
 * @param namespace where it is to be
 */
public record Sublink(
        Kind kind,
        String name,
        int parent,
        int mode,
        int flag,
        @Nullable MacAddress mac,
        int mtu,
        Fd namespace) {
    /** How the wire is shared. */
    public enum Kind {
        /** Each link has a hardware address of its own. */
        MACVLAN,
        /** All have that of the parent. */
        IPVLAN;

        /** The kernel's word. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
