package io.wharf.logs;

import java.io.IOException;
import java.util.Map;

/** A log driver by name: checks a container's options when it is created and opens a destination when it starts. */
interface LogDriverKind {
    /** As {@code --log-driver} names it. */
    String name();

    /**
     * Refuses unknown or malformed options with a {@code WharfException} of kind INVALID in Docker's words ({@code
     * unknown log opt 'x' for syslog log driver}). Looks at nothing outside: destinations may be away.
     */
    void check(Map<String, String> options);

    LogDriver open(LogSource source) throws IOException;
}
