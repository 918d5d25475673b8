package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Binds, volumes, tmpfs and the root's own writability. */
class MountsTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private Path shared = Path.of("/nonexistent");

    @BeforeEach
    void makeSharedFolder() throws IOException {
        shared = Files.createTempDirectory(rig.engine().home(), "shared");
        Files.writeString(shared.resolve("file"), "from the host\n");
    }

    @Test
    void bind_isSeenFromBothSides() {
        assertThat(rig.sh("cat /in/file; echo from inside >/in/new", "-v", shared + ":/in")
                        .text())
                .isEqualTo("from the host");
        assertThat(Here.read(shared.resolve("new"))).isEqualTo("from inside\n");
    }

    @Test
    void bind_ofAFile() {
        assertThat(rig.sh("cat /etc/one", "-v", shared + "/file:/etc/one").text())
                .isEqualTo("from the host");
    }

    @Test
    void bind_readOnly_refusesWrites() {
        Ran ran = rig.sh("echo x >/in/file", "-v", shared + ":/in:ro");
        assertThat(ran.code()).isNotZero();
        assertThat(ran.err()).contains("Read-only file system");
    }

    @Test
    void bind_ofMissingSource_isMadeByV_andRefusedByMount() {
        Path missing = shared.resolve("missing");
        assertThat(rig.sh("touch /in/x", "-v", missing + ":/in").code()).isZero();
        assertThat(missing.resolve("x")).exists();
        Ran ran = rig.run("run", "--rm", "--mount", "type=bind,src=" + shared + "/never,dst=/in", "busybox", "true");
        assertThat(ran.code()).isEqualTo(125);
        assertThat(ran.err())
                .contains("invalid mount config for type \"bind\": bind source path does not exist: " + shared
                        + "/never");
        assertThat(shared.resolve("never")).doesNotExist();
        assertThat(rig.ok("ps", "-aq")).isEmpty();
    }

    @Test
    void bind_relativeTarget_isRefused() {
        Ran ran = rig.run("run", "--rm", "-v", shared + ":in", "busybox", "true");
        assertThat(ran.code()).isEqualTo(125);
        assertThat(ran.err()).containsIgnoringCase("invalid").contains("mount path must be absolute");
    }

    @Test
    void volume_named_isKeptAndShared() {
        rig.sh("echo kept >/data/x", "-v", "box:/data").ok();
        assertThat(rig.sh("cat /data/x", "-v", "box:/data").text()).isEqualTo("kept");
        assertThat(rig.ok("volume", "ls", "-q")).isEqualTo("box");
        Path there = Path.of(rig.ok("volume", "inspect", "-f", "{{.Mountpoint}}", "box"));
        assertThat(there).startsWith(rig.engine().dataRoot());
        assertThat(Here.read(there.resolve("x"))).isEqualTo("kept\n");
    }

    @Test
    void volume_takesWhatTheImageHasThere() {
        assertThat(rig.sh("cat /etc/passwd", "-v", "seeded:/etc").text()).contains("root:x:0:0");
        assertThat(rig.sh("cat /data/passwd", "-v", "seeded:/data").text()).contains("root:x:0:0");
        // A volume that holds something already is left alone.
        rig.sh("echo own >/data/x", "-v", "other:/data").ok();
        assertThat(rig.sh("ls /etc", "-v", "other:/etc").lines()).contains("x").doesNotContain("passwd");
    }

    @Test
    void volume_anonymous_goesWithTheContainerWhenAsked() {
        rig.ok("run", "--name", "holder", "-v", "/data", "busybox", "touch", "/data/x");
        assertThat(rig.ok("volume", "ls", "-q")).matches("[0-9a-f]{64}");
        rig.ok("rm", "holder");
        assertThat(rig.ok("volume", "ls", "-q")).matches("[0-9a-f]{64}");
        rig.ok("run", "--name", "holder", "-v", "/data", "busybox", "true");
        rig.ok("rm", "-v", "holder");
        assertThat(rig.ok("volume", "ls", "-q").lines()).hasSize(1);
        rig.ok("run", "--rm", "-v", "/data", "busybox", "true");
        assertThat(rig.ok("volume", "ls", "-q").lines()).hasSize(1);
    }

    @Test
    void volume_inUse_cannotBeRemoved() {
        String id = rig.ok("create", "-v", "busy:/data", "busybox");
        Ran ran = rig.run("volume", "rm", "busy");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("remove busy: volume is in use - [" + id + "]");
    }

    @Test
    void volume_named_staysWhenItsContainerGoes() {
        rig.ok("run", "--name", "holder", "-v", "stays:/data", "busybox", "true");
        rig.ok("rm", "-v", "holder");
        assertThat(rig.ok("volume", "ls", "-q")).isEqualTo("stays");
    }

    @Test
    void volumesFrom_takesAnothersMounts() {
        rig.ok("run", "--name", "holder", "-v", "both:/data", "busybox", "sh", "-c", "echo x >/data/x");
        assertThat(rig.sh("cat /data/x", "--volumes-from", "holder").text()).isEqualTo("x");
        assertThat(rig.sh("echo y >/data/x", "--volumes-from", "holder:ro").code())
                .isNotZero();
    }

    @Test
    void volume_ofTheImage_isMade() {
        rig.ok("run", "--name", "base", "busybox", "true");
        rig.ok("commit", "-c", "VOLUME /kept", "base", "with-volume");
        rig.ok("run", "--name", "user", "with-volume", "touch", "/kept/x");
        assertThat(rig.ok("inspect", "-f", "{{range .Mounts}}{{.Type}} {{.Destination}}{{end}}", "user"))
                .isEqualTo("volume /kept");
    }

    @Test
    void tmpfs_isMountedWithItsOptions() {
        assertThat(rig.sh("grep ' /scratch ' /proc/mounts", "--tmpfs", "/scratch:size=1m,mode=700")
                        .text())
                .contains("tmpfs")
                .contains("size=1024k")
                .contains("mode=700")
                .contains("noexec");
        assertThat(rig.sh("df /t | tail -1", "--mount", "type=tmpfs,dst=/t,tmpfs-size=2097152")
                        .text())
                .contains("2048");
    }

    @Test
    void readOnly_rootButNotVolumes() {
        Ran ran = rig.sh("touch /data/x && echo volume; touch /tmp/x", "--read-only", "-v", "rw:/data");
        assertThat(ran.out()).isEqualTo("volume\n");
        assertThat(ran.code()).isNotZero();
        assertThat(ran.err()).contains("Read-only file system");
    }

    @Test
    void mounts_areShownByInspect() {
        rig.ok("create", "--name", "shown", "-v", shared + ":/in:ro", "-v", "vol:/data", "busybox");
        String format = "{{range .Mounts}}{{.Type}} {{.Name}} {{.Destination}} {{.RW}}\n{{end}}";
        assertThat(rig.ok("inspect", "-f", format, "shown").lines())
                .containsExactlyInAnyOrder("bind  /in false", "volume vol /data true");
    }

    @Test
    void mounts_overEachOther_areSortedByDepth() {
        assertThat(rig.sh("cat /a/file; touch /a/b/x && ls /a/b", "-v", "deep:/a/b", "-v", shared + ":/a")
                        .lines())
                .containsExactly("from the host", "x");
    }

    @Test
    void symlinkInTheImage_doesNotLeadOutside() {
        rig.ok("run", "--name", "evil", "busybox", "ln", "-s", "/tmp", "/link");
        rig.ok("commit", "evil", "with-link");
        // The target is resolved inside the root: a link to /tmp is the container's /tmp.
        Ran ran = rig.run("run", "--rm", "-v", shared + ":/link", "with-link", "ls", "/tmp");
        assertThat(ran.ok().text()).isEqualTo("file");
    }
}
