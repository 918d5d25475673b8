package io.wharf.images.drivers;

import io.wharf.base.WharfException;
import io.wharf.linux.Commands;
import io.wharf.linux.Errno;
import io.wharf.linux.Executables;
import io.wharf.linux.LinuxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The same unions by the program {@code fuse-overlayfs}, where the kernel or the data root's file system has no overlayfs:
 * one process for each mounted root, which ends with its mount and not with the engine.
 */
final class FuseOverlayDriver extends OverlayDriver {
    static final String NAME = "fuse-overlayfs";
    private static final Path DEVICE = Path.of("/dev/fuse");

    FuseOverlayDriver(RootMounts roots) {
        super(roots, null);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void start() throws IOException {
        if (Executables.find(NAME).isEmpty()) {
            throw WharfException.internal("storage driver " + NAME + " needs the program " + NAME
                    + ", which is not on the PATH: install the package of that name");
        }
        if (!Files.exists(DEVICE)) {
            throw WharfException.internal(
                    "storage driver " + NAME + " needs " + DEVICE + ", which this kernel does not offer");
        }
        super.start();
    }

    @Override
    String needs() {
        return "The data root needs a file system with extended attributes and device files";
    }

    @Override
    void union(List<String> lowers, Path own, String target) {
        String options = "lowerdir="
                + String.join(
                        ":", lowers.stream().map(FuseOverlayDriver::escaped).toList())
                + ",upperdir=" + escaped(own.resolve(UPPER).toString())
                + ",workdir=" + escaped(own.resolve(WORK).toString())
                // Else a file's time is another one after the next mount than it was when it was written.
                + ",writeback=0";
        Commands.Result result = Commands.run(NAME, "-o", options, target);
        if (!result.success()) {
            throw LinuxException.because("mount", Errno.EIO, result.reason(), NAME, target);
        }
    }

    /** Colons divide layers, commas options. */
    private static String escaped(String path) {
        return path.replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,");
    }

    @Override
    public List<List<String>> facts() {
        return List.of(List.of("Backing Filesystem", backing()));
    }
}
