package io.wharf.images.drivers;

import static io.wharf.images.Room.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.linux.Mounts;
import java.io.IOException;
import java.nio.file.Files;
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
    void trialsThatWereCutOff_doNotKeepTheNextEngineFromStarting() throws IOException {
        room.stop();
        Path left = room.layout.ingest().resolve("probe-0123/merged");
        Files.createDirectories(left);
        Mounts.real().bind("/dev/shm", left.toString(), false);
        // As a power cut leaves it where nothing was on the disk but the name.
        Files.writeString(room.layout.dataRoot().resolve("storage-driver"), "");
        room = room.next((String) null);
        assertThat(left.getParent()).doesNotExist();
        assertThat(await(room.images.facts()).driver()).isEqualTo(driver());
        assertThat(room.layout.dataRoot().resolve("storage-driver")).hasContent(driver() + "\n");
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
