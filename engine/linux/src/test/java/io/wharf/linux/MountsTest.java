package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenDescriptors.class)
class MountsTest {
    private final Mounts mounts = Mounts.real();
    private Path root = Path.of("/");

    @BeforeEach
    void privateMount() throws Exception {
        root = Files.createTempDirectory(Path.of("/tmp"), "wharf-linux.");
        mounts.mount("none", root.toString(), "tmpfs", 0, "size=64m");
        mounts.propagation(root.toString(), Propagation.PRIVATE, false);
    }

    @AfterEach
    void clear() throws Exception {
        mounts.unmountAll(root.toString(), 0);
        assertThat(mounts.table().atOrBelow(root.toString())).isEmpty();
        Files.delete(root);
    }

    private String folder(String name) throws Exception {
        return Files.createDirectories(root.resolve(name)).toString();
    }

    @Test
    void table_undoesEscapes() throws Exception {
        var point = folder("a b\tc\\d\nü");
        mounts.mount("none", point, "tmpfs", MountFlags.MS_NODEV, "");
        var entry = mounts.table().at(point).orElseThrow();
        assertThat(entry.type()).isEqualTo("tmpfs");
        assertThat(entry.hasOption("nodev")).isTrue();
        assertThat(mounts.isMountPoint(point)).isTrue();
        assertThat(mounts.isMountPoint(root + "/nothing")).isFalse();
        assertThat(mounts.table().holding(point + "/x")).contains(entry);
        mounts.unmount(point, 0);
        assertThat(mounts.isMountPoint(point)).isFalse();
    }

    @Test
    void unmountAll_ofASlave_leavesTheMountsOfItsSource() throws Exception {
        var source = folder("shared");
        mounts.mount("none", source, "tmpfs", 0, "");
        mounts.propagation(source, Propagation.SHARED, false);
        mounts.mount("none", folder("shared/inner"), "tmpfs", 0, "");
        var place = folder("place");
        mounts.bind(source, place, true);
        mounts.propagation(place, Propagation.SLAVE, true);
        mounts.unmountAll(place, MountFlags.MNT_DETACH);
        assertThat(mounts.isMountPoint(source + "/inner")).isTrue();
    }

    @Test
    void bindReadOnly_recursive_coversMountsBelow() throws Exception {
        var source = folder("source");
        mounts.mount("none", folder("source/inner"), "tmpfs", 0, "");
        var target = folder("target");
        mounts.bindReadOnly(source, target, true);
        assertThatThrownBy(() -> Files.createFile(Path.of(target, "x"))).hasMessageContaining("Read-only");
        assertThatThrownBy(() -> Files.createFile(Path.of(target, "inner/x"))).hasMessageContaining("Read-only");
        Files.createFile(Path.of(source, "x"));
        assertThat(Path.of(target, "x")).exists();
        mounts.setAttributes(target, false, 0, MountFlags.MOUNT_ATTR_RDONLY);
        Files.createFile(Path.of(target, "y"));
        assertThat(mounts.unmountAll(target, 0)).containsExactly(target + "/inner", target);
    }

    @Test
    void propagation_isShown() throws Exception {
        var point = folder("p");
        mounts.bind(point, point, false);
        mounts.propagation(point, Propagation.SHARED, true);
        assertThat(mounts.table().at(point).orElseThrow().isShared()).isTrue();
        mounts.propagation(point, Propagation.SLAVE, true);
        assertThat(mounts.table().at(point).orElseThrow().isShared()).isFalse();
    }

    @Test
    void clonedTree_isAttachedElsewhere() throws Exception {
        var source = folder("source");
        Files.writeString(Path.of(source, "x"), "");
        var target = folder("target");
        try (var tree = mounts.cloneTree(source, false)) {
            mounts.attach(tree, target);
        }
        assertThat(Path.of(target, "x")).exists();
        assertThat(mounts.table().at(target).orElseThrow().root()).isEqualTo("/source");
        mounts.unmount(target, MountFlags.MNT_DETACH);
    }

    private List<String> layers(int count, String prefix) throws Exception {
        var lowers = new ArrayList<String>();
        for (var i = 0; i < count; i++) {
            var layer = folder(prefix + i);
            Files.writeString(Path.of(layer, "f" + i), "");
            Files.writeString(Path.of(layer, "same"), "" + i);
            lowers.add(layer);
        }
        return lowers;
    }

    private void check(String target, int count) throws Exception {
        assertThat(Files.readString(Path.of(target, "same"))).isEqualTo("0");
        for (var i = 0; i < count; i++) {
            assertThat(Path.of(target, "f" + i)).exists();
        }
        Files.delete(Path.of(target, "f1"));
        Files.writeString(Path.of(target, "new"), "x");
        assertThat(Path.of(root.toString(), "upper/new")).exists();
        mounts.unmount(target, 0);
    }

    @Test
    void overlay_of127LongNamedLayers_mountsEachWay() throws Exception {
        var lowers = layers(127, "long/" + "0123456789abcdef".repeat(4) + "/diff");
        var overlay = Overlay.writable(lowers, folder("upper"), folder("work"));
        var target = folder("merged");
        mounts.overlay(overlay, target);
        check(target, 127);
        Files.createDirectory(Path.of(target, "x"));
        OverlayMount.mountByDescriptors(overlay, target);
        check0(target);
        if (OverlayMount.mountOneByOne(overlay, target)) {
            check0(target);
        }
    }

    private void check0(String target) {
        assertThat(Path.of(target, "f126")).exists();
        assertThat(Path.of(target, "f1")).doesNotExist();
        assertThat(mounts.table().at(target).orElseThrow().type()).isEqualTo("overlay");
        mounts.unmount(target, 0);
    }

    @Test
    void overlay_ofNamesWithColonsAndCommas_mounts() throws Exception {
        var lowers = layers(2, "a:b,c\\d");
        var target = folder("merged");
        mounts.overlay(new Overlay(lowers, folder("upper"), folder("work"), List.of("index=off")), target);
        check(target, 2);
        mounts.overlay(Overlay.readOnly(lowers), target);
        assertThatThrownBy(() -> Files.createFile(Path.of(target, "x"))).hasMessageContaining("Read-only");
        mounts.unmount(target, 0);
        mounts.overlay(Overlay.writable(layers(1, "s"), folder("upper2"), folder("work2")), target);
        assertThat(mounts.table().at(target).orElseThrow().superOptions()).contains("lowerdir=");
        mounts.unmount(target, 0);
    }

    @Test
    void overlay_missingLayer_saysWhich() throws Exception {
        var lowers = new ArrayList<>(layers(127, "long/" + "0123456789abcdef".repeat(4)));
        lowers.add("/no/such/layer");
        assertThatThrownBy(() -> mounts.overlay(Overlay.readOnly(lowers), folder("merged")))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("/no/such/layer");
    }

    @Test
    void failure_namesCallArgumentsAndErrno() {
        assertThatThrownBy(() -> mounts.mount("none", root + "/none", "tmpfs", 0, ""))
                .hasMessage("mount(\"none\", \"" + root
                        + "/none\", \"tmpfs\", \"0x0\", \"\"): No such file or directory (ENOENT)");
        assertThatThrownBy(() -> mounts.unmountAll("/", 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
