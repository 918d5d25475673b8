package io.wharf.images;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
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

    @Test
    void driversThatAreNot_areRefusedWithWhatToUseInstead() {
        room.stop();
        Map<String, String> refused = Map.of(
                "aufs", "use overlay2",
                "devicemapper", "use overlay2",
                "zfs", "use overlay2",
                "windowsfilter", "for Windows",
                "native", "vfs does the same",
                "abc", "driver not supported: abc");
        refused.forEach((name, words) ->
                assertThatThrownBy(() -> room.next(name)).as(name).hasMessageContaining(words));
        room = room.next();
    }
}
