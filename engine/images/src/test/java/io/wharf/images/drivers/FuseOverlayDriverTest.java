package io.wharf.images.drivers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wharf.linux.Executables;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

class FuseOverlayDriverTest extends DriverSuite {
    @BeforeAll
    static void hasFuse() {
        assumeTrue(Files.exists(Path.of("/dev/fuse")), "there is no /dev/fuse here");
        assumeTrue(Executables.find(FuseOverlayDriver.NAME).isPresent(), "fuse-overlayfs is not installed");
    }

    @Override
    String driver() {
        return FuseOverlayDriver.NAME;
    }

    @Override
    @Test
    @Disabled("fuse-overlayfs names what it works on by whole paths, which are limited to 4096 bytes")
    void deepTrees_work() {}

    @Override
    Path disk() {
        return Path.of("/tmp");
    }
}
