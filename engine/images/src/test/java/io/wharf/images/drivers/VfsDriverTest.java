package io.wharf.images.drivers;

import java.nio.file.Path;

class VfsDriverTest extends DriverSuite {
    @Override
    String driver() {
        return VfsDriver.NAME;
    }

    @Override
    Path disk() {
        return Path.of("/tmp");
    }
}
