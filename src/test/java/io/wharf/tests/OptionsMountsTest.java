package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of mount with every option. */
class OptionsMountsTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private Path shared = Path.of("/nonexistent");

    @BeforeEach
    void makeFolderWithAMountBelow() throws IOException {
        shared = Files.createTempDirectory(rig.engine().home(), "mounts");
        Files.createDirectory(shared.resolve("below"));
        Files.writeString(shared.resolve("file"), "from the host\n");
    }

    private void mountBelow() {
        rig.machine().inHost("mount", "-t", "tmpfs", "below", shared + "/below").ok();
    }

    private void unmountBelow() {
        rig.machine().inHost("umount", shared + "/below").ok();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ro", "rw", "z", "Z", "ro,z", "rprivate", "ro,private", "cached", "ro,consistent"})
    void bind_takesEveryMode(String mode) {
        assertThat(rig.sh("cat /in/file; touch /in/x; true", "-v", shared + ":/in:" + mode)
                        .text())
                .startsWith("from the host");
        assertThat(Files.exists(shared.resolve("x"))).isEqualTo(!mode.contains("ro,") && !mode.equals("ro"));
    }

    @Test
    @WharfOnly("20.10 is read-only only at the top")
    void bind_readOnly_isSoWithAllBelow() {
        mountBelow();
        try {
            assertThat(rig.sh("touch /in/below/x", "-v", shared + ":/in:ro").err())
                    .contains("Read-only");
            String mount = "type=bind,readonly,src=" + shared + ",dst=/in,bind-recursive=";
            assertThat(rig.sh("touch /in/below/x && echo done", "--mount", mount + "writable")
                            .text())
                    .isEqualTo("done");
            assertThat(rig.sh("touch /in/below/x", "--mount", mount + "readonly,bind-propagation=rprivate")
                            .err())
                    .contains("Read-only");
        } finally {
            unmountBelow();
        }
    }

    @Test
    void volume_overTheFilesOfTheEngine_doesNotHideThem() {
        assertThat(rig.sh(
                                "hostname; cat /etc/hostname; grep -c box /etc/hosts; grep -c . /etc/resolv.conf",
                                "-v",
                                "/etc",
                                "-h",
                                "box")
                        .text())
                .matches("box\nbox\n1\n[1-9].*");
    }

    @Test
    void bind_ofAFile_isReadOnlyToo() {
        assertThat(rig.sh("cat /f; echo x >/f", "-v", shared + "/file:/f:ro").text())
                .isEqualTo("from the host");
        assertThat(Here.read(shared.resolve("file"))).isEqualTo("from the host\n");
    }

    @Test
    void bind_withoutWhatIsBelow() {
        mountBelow();
        try {
            rig.machine().inHost("touch", shared + "/below/there").ok();
            String mount = "type=bind,src=" + shared + ",dst=/in";
            assertThat(rig.sh("ls /in/below", "--mount", mount).text()).isEqualTo("there");
            assertThat(rig.sh("ls /in/below", "--mount", mount + ",bind-nonrecursive")
                            .text())
                    .isEmpty();
        } finally {
            unmountBelow();
        }
    }

    @Test
    void bind_sharedOfAPrivateMount_isRefused() {
        rig.machine()
                .inHost("mount", "--bind", shared.toString(), shared.toString())
                .ok();
        rig.machine().inHost("mount", "--make-private", shared.toString()).ok();
        try {
            assertThat(rig.sh("true", "-v", shared + ":/in:shared").err()).contains("is not a shared mount");
        } finally {
            rig.machine().inHost("umount", shared.toString()).ok();
        }
    }

    @Test
    @WharfOnly("20.10 does not know it")
    void bind_createMountpoint_makesTheSource() {
        String mount = "{\"Type\":\"bind\",\"Source\":\"" + shared + "/new\",\"Target\":\"/in\",\"BindOptions\":"
                + "{\"CreateMountpoint\":true}}";
        Http.Reply reply = rig.http()
                .post(
                        "/containers/create?name=maker",
                        "{\"Image\":\"busybox\",\"Cmd\":[\"true\"],\"HostConfig\":{\"Mounts\":[" + mount + "]}}");
        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        rig.ok("start", "-a", "maker");
        assertThat(shared.resolve("new")).isDirectory();
    }

    @Test
    void volume_nocopy_staysEmpty() {
        assertThat(rig.sh("ls /etc", "-v", "bare:/etc:nocopy").lines()).doesNotContain("passwd");
        assertThat(rig.sh("ls /etc", "--mount", "type=volume,src=bare2,dst=/etc,volume-nocopy")
                        .lines())
                .doesNotContain("passwd");
        rig.ok("create", "--mount", "type=volume,src=labelled,dst=/x,volume-label=a=b", "busybox");
        assertThat(rig.ok("volume", "inspect", "-f", "{{.Labels.a}}", "labelled"))
                .isEqualTo("b");
    }

    @Test
    @WharfOnly("20.10 knows no subpaths")
    void volume_subpath_isAllThatIsSeen() {
        rig.sh("mkdir -p /v/a/b; echo deep >/v/a/b/f; ln -s /etc /v/out; ln -s a /v/link", "-v", "parts:/v")
                .ok();
        String mount = "type=volume,src=parts,dst=/x,volume-subpath=";
        assertThat(rig.sh("cat /x/f", "--mount", mount + "a/b").text()).isEqualTo("deep");
        assertThat(rig.sh("cat /x/f", "--mount", mount + "link/b").text()).isEqualTo("deep");
        assertThat(rig.sh("cat /x", "--mount", mount + "a/b/f").text()).isEqualTo("deep");
        assertThat(rig.sh("ls /x", "--mount", mount + "out").err()).contains("cannot access path");
        assertThat(rig.sh("ls /x", "--mount", mount + "../x").err())
                .contains("subpath must be a relative path within the volume");
    }

    @Test
    @WharfOnly("20.10 mounts no images")
    void image_isMountedReadOnly() {
        assertThat(rig.sh("cat /img/etc/passwd", "--mount", "type=image,src=busybox,dst=/img")
                        .text())
                .contains("root:x:0:0");
        assertThat(rig.sh("touch /img/x", "--mount", "type=image,src=busybox,dst=/img")
                        .err())
                .contains("Read-only");
        assertThat(rig.sh("cat /img/passwd", "--mount", "type=image,src=busybox,dst=/img,image-subpath=etc")
                        .text())
                .contains("root:x:0:0");
        rig.ok("create", "--name", "holder", "--mount", "type=image,src=busybox,dst=/img", "busybox");
        assertThat(rig.ok("inspect", "-f", "{{range .Mounts}}{{.Type}} {{.Name}} {{.RW}}{{end}}", "holder"))
                .isEqualTo("image busybox false");
    }

    @Test
    @WharfOnly("20.10 mounts no images")
    void image_outlivesTheEngine() {
        rig.ok("run", "-d", "--name", "long", "--mount", "type=image,src=busybox,dst=/img", "busybox", "sleep", "1000");
        rig.engine().kill();
        rig.engine().start();
        assertThat(rig.ok("exec", "long", "ls", "/img/bin/busybox")).isEqualTo("/img/bin/busybox");
        rig.ok("restart", "-t", "0", "long");
        assertThat(rig.ok("exec", "long", "ls", "/img/bin/busybox")).isEqualTo("/img/bin/busybox");
    }

    @Test
    void tmpfs_hasSizeAndMode() {
        assertThat(rig.sh(
                                "df -k /t | tail -1; stat -c %a /t",
                                "--mount", "type=tmpfs,dst=/t,tmpfs-size=64k,tmpfs-mode=711")
                        .text())
                .contains(" 64 ")
                .contains("711");
    }

    @Test
    void volumesFrom_takesModesAndMounts() {
        rig.ok("create", "--name", "lender", "-v", "lent:/data", "-v", shared + ":/in", "busybox");
        assertThat(rig.sh("cat /in/file; touch /data/x && echo ok", "--volumes-from", "lender")
                        .text())
                .contains("from the host")
                .contains("ok");
        assertThat(rig.sh("touch /data/x", "--volumes-from", "lender:ro").err()).contains("Read-only");
        assertThat(rig.run("create", "--volumes-from", "lender:nocopy", "busybox")
                        .err())
                .contains("invalid mode: nocopy");
    }
}
