package io.wharf.daemon;

import io.wharf.base.WharfException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the engine as a whole is told: its log, what it says of itself, and what it leaves behind when it goes. */
final class EngineSettings {
    /** The one feature that there is: devices by their descriptions. */
    static final String CDI = "cdi";

    private static final List<String> LEVELS = List.of("panic", "fatal", "error", "warn", "info", "debug", "trace");
    private static final List<String> RESERVED = List.of("com.docker.", "io.docker.", "org.dockerproject.");
    private static final int SHUTDOWN_SECONDS = 15;

    private final Settings settings;

    EngineSettings(Settings settings) {
        this.settings = settings;
    }

    boolean debug() {
        return settings.truth("debug", false);
    }

    String logLevel() {
        String level = settings.text("log-level", "info").toLowerCase(Locale.ROOT);
        if (!LEVELS.contains(level)) {
            throw WharfException.invalid("invalid logging level: " + level);
        }
        return debug() ? "debug" : level;
    }

    /** Whether the log is written as objects of JSON, one a line. */
    boolean logsJson() {
        String format = settings.text("log-format", "text");
        if (!List.of("", "text", "json").contains(format)) {
            throw WharfException.invalid("invalid log format: " + format);
        }
        return format.equals("json");
    }

    /** {@code key=value} each; the same key with two values is an error. */
    List<String> labels() {
        Map<String, String> labels = new LinkedHashMap<>();
        for (String label : settings.texts("labels")) {
            int equals = label.indexOf('=');
            if (equals < 0) {
                throw WharfException.invalid("bad attribute format: " + label);
            }
            if (RESERVED.stream().anyMatch(label.toLowerCase(Locale.ROOT)::startsWith)) {
                throw WharfException.invalid("label " + label + " is not allowed: the namespaces com.docker.*,"
                        + " io.docker.*, and org.dockerproject.* are reserved for internal use");
            }
            String key = label.substring(0, equals);
            String value = label.substring(equals + 1);
            String before = labels.put(key, value);
            if (before != null && !before.equals(value)) {
                throw WharfException.invalid("conflict labels for " + key + "=" + value + " and " + key + "=" + before);
            }
        }
        return labels.entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .toList();
    }

    boolean experimental() {
        return settings.truth("experimental", false);
    }

    boolean liveRestore() {
        return settings.truth("live-restore", true);
    }

    /** Seconds; a negative number for as long as it takes. */
    int shutdownSeconds() {
        int seconds = settings.number("shutdown-timeout", SHUTDOWN_SECONDS);
        // As in dockerd: 0 in the file says nothing, by the flag it leaves each container its own time.
        return seconds == 0 && settings.flagged("shutdown-timeout").isEmpty() ? SHUTDOWN_SECONDS : seconds;
    }

    /** The score for the kernel's OOM killer, or null to leave it as it is. */
    @Nullable
    Integer oomScore() {
        int score = settings.number("oom-score-adjust", 0);
        if (score < -1000 || score > 1000) {
            throw WharfException.invalid("invalid oom-score-adjust: " + score + " is not between -1000 and 1000");
        }
        return score == 0 ? null : score;
    }

    /** Whether containers may name devices by their descriptions. */
    boolean cdi() {
        return features().getOrDefault(CDI, Boolean.TRUE);
    }

    /** Features switched on or off, as far as anybody said so. */
    Map<String, Boolean> features() {
        Map<String, Boolean> features = new TreeMap<>();
        settings.object("features").properties().forEach(feature -> {
            if (!feature.getValue().isBoolean()) {
                throw settings.refusal("features." + feature.getKey() + " must be true or false");
            }
            features.put(feature.getKey(), feature.getValue().asBoolean());
        });
        for (String given : settings.flagged("features")) {
            int equals = given.indexOf('=');
            String value = equals < 0 ? "true" : given.substring(equals + 1);
            if (!value.equals("true") && !value.equals("false")) {
                throw WharfException.invalid("invalid boolean value for feature: " + given);
            }
            features.put(equals < 0 ? given : given.substring(0, equals), value.equals("true"));
        }
        return features;
    }
}
