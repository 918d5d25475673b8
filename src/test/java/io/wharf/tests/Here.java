package io.wharf.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Where the tests run, and for whom. */
final class Here {
    /** The folder of the whole project. */
    static final Path ROOT =
            Path.of(System.getProperty("wharf.root", "../..")).toAbsolutePath().normalize();

    /** True where the expectations are put to Debian's dockerd instead of Wharf. */
    static final boolean DOCKERD =
            System.getProperty("wharf.test.engine", "wharf").equals("dockerd");

    private Here() {}

    static Path resource(String name) {
        try {
            return Path.of(Objects.requireNonNull(Here.class.getClassLoader().getResource(name), name)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The tar of the small image, made once. */
    static synchronized Path smallImage() {
        Path tar = ROOT.resolve("src/test/target/busybox.tar");
        if (!Files.exists(tar)) {
            Running.run(
                            "bash",
                            "-c",
                            ". '" + ROOT.resolve("bin/lib.sh") + "' && mkdir -p '" + tar.getParent()
                                    + "' && busybox_tar '" + tar + "'")
                    .ok();
        }
        return tar;
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
