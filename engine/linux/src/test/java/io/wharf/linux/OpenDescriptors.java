package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test that leaves a descriptor open. */
public final class OpenDescriptors implements BeforeEachCallback, AfterEachCallback {
    private Map<Integer, String> before = new TreeMap<>();

    @Override
    public void beforeEach(ExtensionContext context) {
        before = now();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        // Event loops close in their own time.
        await().atMost(Duration.ofSeconds(2)).pollInterval(Duration.ofMillis(5)).untilAsserted(() -> {
            var left = now();
            left.keySet().removeAll(before.keySet());
            left.values().removeIf(OpenDescriptors::isOfTheMachine);
            assertThat(left).as("descriptors left open").isEmpty();
        });
    }

    /** Class files and libraries that a test was the first to need stay open, and are no leak. */
    private static boolean isOfTheMachine(String target) {
        return target.endsWith(".jar")
                || target.contains(".so")
                || target.endsWith("random")
                || target.startsWith("/proc/self");
    }

    static Map<Integer, String> now() {
        var open = new TreeMap<Integer, String>();
        for (var name : Directories.names("/proc/self/fd")) {
            Entries.readLinkIfPresent("/proc/self/fd/" + name)
                    .ifPresent(target -> open.put(Integer.parseInt(name), target));
        }
        return open;
    }
}
