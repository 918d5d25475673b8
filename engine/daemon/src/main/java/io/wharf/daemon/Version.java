package io.wharf.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The engine's own version, as the build stamped it. */
final class Version {
    static final String TEXT;
    static final String COMMIT;

    static {
        Properties stamped = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("/wharf-version.properties")) {
            if (in != null) {
                stamped.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        TEXT = stamped.getProperty("version", "unknown");
        COMMIT = stamped.getProperty("commit", "unknown");
    }

    private Version() {}
}
