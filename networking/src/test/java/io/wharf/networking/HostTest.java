package io.wharf.networking;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests of a host with somebody outside, whose engines come and go. */
abstract class HostTest {
    @TempDir
    Path folder = Path.of("/");

    Outside outside = unset();

    @SuppressWarnings("NullAway")
    private static <T> T unset() {
        return null;
    }

    @BeforeEach
    void open() {
        outside = new Outside(folder);
    }

    @AfterEach
    void close() {
        outside.close();
        try {
            atTheEnd();
        } finally {
            Host.reset();
        }
    }

    /** What must be so when nobody is outside any more. */
    void atTheEnd() {}
}
