package io.wharf.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.base.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForgetBootTest {
    @TempDir
    Path folder;

    @Test
    void whatStoodForKernelObjects_goes() throws IOException {
        Layout layout = new Layout(folder.resolve("data"), folder.resolve("exec"));
        Files.createDirectories(layout.netns("c1").getParent());
        Files.createFile(layout.netns("c1"));
        Files.createDirectories(layout.bundle("c1").resolve("deep"));
        Files.writeString(layout.bundle("c1").resolve("deep/config.json"), "{}");
        Files.createDirectories(layout.rootfs("empty"));
        ForgetBoot.run(layout);
        assertThat(layout.netns("c1")).doesNotExist();
        assertThat(layout.bundle("c1")).doesNotExist();
        assertThat(layout.rootfs("empty")).doesNotExist();
    }

    @Test
    void aRootThatHoldsFiles_isNeverEmptied() throws IOException {
        Layout layout = new Layout(folder.resolve("data"), folder.resolve("exec"));
        Files.createDirectories(layout.rootfs("c1"));
        Files.writeString(layout.rootfs("c1").resolve("data"), "somebody's");
        Files.createDirectories(layout.execRoot().resolve("other"));
        ForgetBoot.run(layout);
        assertThat(layout.rootfs("c1").resolve("data")).hasContent("somebody's");
        assertThat(layout.execRoot().resolve("other")).exists();
    }
}
