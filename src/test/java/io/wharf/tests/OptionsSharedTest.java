package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What containers have in common: links and namespaces. */
class OptionsSharedTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    void link_givesNamesAndVariables() {
        rig.ok("run", "-d", "--name", "target", "-e", "FOO=bar", "--expose", "80", "busybox", "sleep", "1000");
        String address = rig.ok("inspect", "-f", "{{.NetworkSettings.IPAddress}}", "target");
        String said = rig.sh("cat /etc/hosts; env; ping -c 1 db", "--name", "linked", "--link", "target:db")
                .text();
        assertThat(said)
                .contains(address + "\tdb ")
                .contains(" target\n")
                .contains("DB_PORT=tcp://" + address + ":80")
                .contains("DB_PORT_80_TCP_ADDR=" + address)
                .contains("DB_ENV_FOO=bar")
                .contains("DB_NAME=/linked/db")
                .contains("1 packets received");
    }

    @Test
    void link_showsInInspectAndGoesAlone() {
        rig.ok("run", "-d", "--name", "target", "busybox", "sleep", "1000");
        rig.ok("run", "-d", "--name", "linked", "--link", "target:db", "busybox", "sleep", "1000");
        assertThat(rig.ok("inspect", "-f", "{{.HostConfig.Links}}", "linked")).isEqualTo("[/target:/linked/db]");
        assertThat(rig.ok("inspect", "-f", "{{.Name}}", "linked/db")).isEqualTo("/target");
        rig.ok("restart", "-t", "0", "target");
        String address = rig.ok("inspect", "-f", "{{.NetworkSettings.IPAddress}}", "target");
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(rig.ok("exec", "linked", "grep", "db", "/etc/hosts"))
                        .startsWith(address));
        rig.ok("rm", "--link", "linked/db");
        assertThat(rig.ok("inspect", "-f", "{{len .HostConfig.Links}}", "linked"))
                .isEqualTo("0");
        assertThat(rig.run("rm", "--link", "target").err())
                .contains("Conflict, cannot remove the default link name of the container");
        assertThat(rig.ok("ps", "-q").lines()).hasSize(2);
    }

    @Test
    void link_withoutANetwork_showsAllTheSame() {
        rig.ok("run", "-d", "--name", "target", "busybox", "sleep", "1000");
        rig.ok("run", "-d", "--name", "linked", "--network", "none", "--link", "target:db", "busybox", "sleep", "1000");
        assertThat(rig.ok("inspect", "-f", "{{.HostConfig.Links}}", "linked")).isEqualTo("[/target:/linked/db]");
        assertThat(rig.ok("ps", "--no-trunc", "--filter", "name=target", "--format", "{{.Names}}"))
                .contains("linked/db");
        assertThat(rig.ok("inspect", "-f", "{{.Name}}", "linked/db")).isEqualTo("/target");
    }

    @Test
    void link_inAUsersNetwork_isOfTheEndpoint_andItsTargetMayCome() {
        rig.ok("network", "create", "lan");
        rig.ok("create", "--name", "linked", "--network", "lan", "--link", "target:db", "busybox", "ping", "-c1", "db");
        assertThat(rig.ok("inspect", "-f", "{{.NetworkSettings.Networks.lan.Links}}", "linked"))
                .isEqualTo("[target:db]");
        rig.ok("run", "-d", "--name", "target", "--network", "lan", "busybox", "sleep", "1000");
        assertThat(rig.ok("start", "-a", "linked")).contains("1 packets received");
    }

    @Test
    void link_toAStoppedContainer_isRefusedAtStart() {
        rig.ok("create", "--name", "target", "busybox");
        assertThat(rig.run("run", "--name", "linked", "--link", "target:db", "busybox", "true")
                        .err())
                .contains("Cannot link to a non running container: /target AS /linked/db");
    }

    @Test
    void ipc_ofAShareableDonor_isShared() {
        rig.ok(
                "run",
                "-d",
                "--name",
                "donor",
                "--ipc",
                "shareable",
                "--shm-size",
                "1m",
                "busybox",
                "sh",
                "-c",
                "echo memory >/dev/shm/x; sleep 1000");
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(rig.sh("cat /dev/shm/x; df -k /dev/shm", "--ipc", "container:donor")
                                .text())
                        .contains("memory")
                        .contains(" 1024 "));
        String donors = rig.ok("exec", "donor", "readlink", "/proc/self/ns/ipc");
        assertThat(rig.sh("readlink /proc/self/ns/ipc", "--ipc", "container:donor")
                        .text())
                .isEqualTo(donors);
    }

    @Test
    void ipc_ofAPrivateDonor_isRefused() {
        rig.ok("run", "-d", "--name", "donor", "--ipc", "private", "busybox", "sleep", "1000");
        assertThat(rig.sh("true", "--ipc", "container:donor").err()).contains("non-shareable IPC");
    }

    @Test
    void pidAndNetwork_areShared() {
        rig.ok("run", "-d", "--name", "donor", "busybox", "sleep", "1234");
        assertThat(rig.sh("ps", "--pid", "container:donor").text()).contains("sleep 1234");
        String address = rig.ok("inspect", "-f", "{{.NetworkSettings.IPAddress}}", "donor");
        assertThat(rig.sh("ip address; hostname", "--network", "container:donor")
                        .text())
                .contains(address)
                .contains(rig.ok("inspect", "-f", "{{.Config.Hostname}}", "donor"));
        rig.ok("rename", "donor", "donor2");
        rig.ok("stop", "-t", "0", "donor2");
        assertThat(rig.sh("true", "--pid", "container:donor2").err()).contains("is not running");
    }
}
