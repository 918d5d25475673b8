package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test that leaves a descriptor open. */
final class OpenDescriptors implements BeforeEachCallback, AfterEachCallback {
    private Map<Integer, String> before = new TreeMap<>();

    @Override
    public void beforeEach(ExtensionContext context) {
        before = now();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        var left = now();
        left.keySet().removeAll(before.keySet());
        // Class files and libraries that the test was the first to need stay open, and are no leak.
        left.values()
                .removeIf(target -> target.endsWith(".jar")
                        || target.contains(".so")
                        || target.endsWith("random")
                        || target.startsWith("/proc/self"));
        assertThat(left).as("descriptors left open").isEmpty();
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
