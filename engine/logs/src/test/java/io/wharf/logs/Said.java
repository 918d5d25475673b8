package io.wharf.logs;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A container for drivers to speak of, and what it says. */
final class Said {
    static final String ID = "4f66ad9a0b2e11c3d8b5f3b2c1d0e9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2";

    /** 2026-11-05 10:20:30.123456789 UTC. */
    static final long NANOS = 1_793_874_030_123_456_789L;

    private Said() {}

    static LogSource source(String... options) {
        var map = new HashMap<String, String>();
        for (var i = 0; i < options.length; i += 2) {
            map.put(options[i], options[i + 1]);
        }
        return new LogSource(
                ID,
                "web",
                "sha256:9f66ad9a0b2e11c3d8b5f3b2c1d0e9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2",
                "busybox:latest",
                NANOS,
                "sh -c date",
                Map.of("team", "red", "tier", "front", "com.example.x-y", "odd"),
                List.of("STAGE=test", "HOME=/root", "BROKEN"),
                "docker",
                map);
    }

    static LogMessage out(String text) {
        return message(false, text.getBytes(StandardCharsets.UTF_8), false);
    }

    static LogMessage err(String text) {
        return message(true, text.getBytes(StandardCharsets.UTF_8), false);
    }

    static LogMessage part(String text) {
        return message(false, text.getBytes(StandardCharsets.UTF_8), true);
    }

    /** With bytes around it that are others'. */
    static LogMessage message(boolean stderr, byte[] text, boolean partial) {
        var bytes = new byte[text.length + 10];
        System.arraycopy(text, 0, bytes, 4, text.length);
        bytes[3] = 'X';
        bytes[4 + text.length] = 'X';
        return new LogMessage(stderr, NANOS, bytes, 4, text.length, partial);
    }
}
