package io.wharf.openapi;

import java.util.Locale;
import java.util.Optional;

/** How much a socket lets its callers do; each role may do what those before it may. */
public enum Role {
    /** Looks, and sees no environment. */
    READ_ONLY,
    /** Uses what is there: starts, stops, attaches, runs a further process; makes and removes nothing. */
    OPERATOR,
    /** Everything, and so root on the host. */
    ADMIN;

    /** By its word in the contract and in daemon.json, as {@code read-only}. */
    public static Optional<Role> of(String word) {
        for (Role role : values()) {
            if (role.word().equals(word)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether a caller in this role may do what needs another. */
    public boolean permits(Role needed) {
        return compareTo(needed) >= 0;
    }
}
