package io.wharf.logs;

import io.wharf.base.WharfException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The table of log drivers: those that keep files here, those that send elsewhere, and those known by name alone. */
final class LogDrivers {
    static final String JSON_FILE = "json-file";
    static final String LOCAL = "local";
    static final String NONE = "none";

    /** Docker has them, for services of one vendor each. */
    private static final Set<String> NOT_BUILT = Set.of("awslogs", "gcplogs", "splunk", "etwlogs");

    /** Whose destination is not a file of ours; a class of one is loaded with its first use. */
    private static final List<LogDriverKind> REMOTE =
            List.of(new SyslogKind(), new FluentdKind(), new GelfKind(), new JournaldKind());

    private LogDrivers() {}

    /** All that can be asked for, sorted. */
    static List<String> names() {
        Set<String> names = new TreeSet<>(List.of(JSON_FILE, LOCAL, NONE));
        REMOTE.forEach(kind -> names.add(kind.name()));
        return List.copyOf(names);
    }

    /** The driver that sends elsewhere under this name; null where the log stays here. */
    static @Nullable LogDriverKind remote(String name) {
        for (LogDriverKind kind : REMOTE) {
            if (kind.name().equals(name)) {
                return kind;
            }
        }
        return null;
    }

    /** Refuses a driver that there is not, and options that it does not have. */
    static void check(String driver, Map<String, String> options) {
        if (driver.equals(NONE)) {
            return;
        }
        CommonOptions.check(options);
        Map<String, String> own = CommonOptions.without(options);
        switch (driver) {
            case JSON_FILE -> FileOptions.checkJson(own);
            case LOCAL -> FileOptions.checkLocal(own);
            default -> {
                LogDriverKind kind = remote(driver);
                if (kind == null) {
                    throw refusal(driver);
                }
                kind.check(own);
            }
        }
    }

    private static WharfException refusal(String driver) {
        return NOT_BUILT.contains(driver)
                ? WharfException.invalid("logger: the log driver '" + driver
                        + "' is not built into this engine; drivers: " + String.join(", ", names()))
                : WharfException.invalid("logger: no log driver named '" + driver + "' is registered");
    }
}
