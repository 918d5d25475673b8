package io.wharf.images;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OverlayDriverTest extends DriverSuite {
    @Override
    String driver() {
        return OverlayDriver.NAME;
    }

    @Override
    Path disk() {
        return Path.of("/tmp");
    }

    @Test
    void fullDisk() throws IOException {
        try (LoopDisk small = LoopDisk.of("ext4", 64)) {
            fullDisk_leavesAStoreThatWorks(small.folder);
        }
    }
}
