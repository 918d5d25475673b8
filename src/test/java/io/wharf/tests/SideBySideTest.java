package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Two engines with different roots, sockets and bridges on one machine. */
@WharfOnly("two of them on one machine quarrel over iptables chains")
class SideBySideTest {
    @Test
    void two_doNotMeet() {
        Machine machine = new Machine();
        try (Engine one = new Engine(machine).start();
                Engine two = new Engine(machine, "--bridge", "wharf1").start()) {
            Rig.importSmallImage(one.docker());
            Rig.importSmallImage(two.docker());
            one.docker()
                    .ok(
                            "run",
                            "-d",
                            "--name",
                            "same",
                            "-p",
                            "8080:80",
                            "busybox",
                            "sh",
                            "-c",
                            "mkdir /w; echo one >/w/index.html; exec httpd -f -h /w");
            two.docker()
                    .ok(
                            "run",
                            "-d",
                            "--name",
                            "same",
                            "-p",
                            "8081:80",
                            "busybox",
                            "sh",
                            "-c",
                            "mkdir /w; echo two >/w/index.html; exec httpd -f -h /w");
            assertThat(fetch(machine, 8080)).isEqualTo("one");
            assertThat(fetch(machine, 8081)).isEqualTo("two");
            // A port that the other has is taken.
            Ran ran = two.docker().run("run", "--rm", "-p", "8080:80", "busybox", "true");
            assertThat(ran.code()).isEqualTo(125);
            assertThat(machine.inHost("ip", "-br", "link").out())
                    .contains("wharf0")
                    .contains("wharf1");

            // Neither a crash nor the end of one touches the other.
            two.kill();
            assertThat(fetch(machine, 8080)).isEqualTo("one");
            two.start();
            assertThat(fetch(machine, 8081)).isEqualTo("two");
            two.docker().ok("rm", "-f", "same");
            two.stop();
            assertThat(fetch(machine, 8080)).isEqualTo("one");
            assertThat(one.docker().ok("run", "--rm", "busybox", "echo", "fine"))
                    .isEqualTo("fine");
            one.docker().ok("rm", "-f", "same");
            one.stop();
        }
    }

    @Test
    void theSameRoot_isRefusedTheSecond() {
        Machine machine = new Machine();
        try (Engine one = new Engine(machine).start()) {
            Ran second = Running.start(
                            machine.command(java.util.List.of(
                                    Here.ROOT.resolve("bin/wharfd").toString(),
                                    "-H",
                                    "unix://" + one.home().resolve("second.sock"),
                                    "--data-root",
                                    one.dataRoot().toString(),
                                    "--exec-root",
                                    one.execRoot().toString(),
                                    "--pidfile",
                                    one.home().resolve("second.pid").toString())),
                            java.util.Map.of())
                    .finish();
            assertThat(second.code()).isNotZero();
            assertThat(one.http().answers()).isTrue();
            one.stop();
        }
    }

    private static String fetch(Machine machine, int port) {
        return machine.inNeighbour(
                        "curl",
                        "-s",
                        "-m",
                        "5",
                        "--retry",
                        "5",
                        "--retry-connrefused",
                        "http://" + Machine.HOST + ":" + port + "/")
                .text();
    }
}
