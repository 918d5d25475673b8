package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * {@code docker -H ssh://}, through a real sshd: there the client runs {@code docker system dial-stdio}, which speaks to the
 * engine's socket. The server and its keys are the test's own.
 */
@EnabledIf(value = "isThere", disabledReason = "there is no sshd: -Dwharf.test.sshd names one, as bin/test does")
class SshTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    private static final String HOST = "ssh://root@127.0.0.1:2222";
    private static final String CLIENT = System.getProperty("wharf.test.docker", "docker");
    private static final String SERVER = System.getProperty("wharf.test.sshd", "/usr/sbin/sshd");
    /** Where sshd wants an empty folder, whatever its configuration says. */
    private static final Path EMPTY = Path.of("/run/sshd");

    private static @Nullable Running server;
    private static boolean made;

    static boolean isThere() {
        return Files.isExecutable(Path.of(SERVER));
    }

    @BeforeAll
    static void serve() throws IOException {
        Path home = Files.createDirectory(rig.engine().home().resolve("ssh"));
        String path = System.getenv("PATH") + ":/usr/local/bin:/usr/bin:/bin";
        if (CLIENT.contains("/")) {
            path = Path.of(CLIENT).getParent() + ":" + path;
        }
        for (String key : List.of("host", "user")) {
            Running.run(
                            "ssh-keygen",
                            "-q",
                            "-t",
                            "ed25519",
                            "-N",
                            "",
                            "-f",
                            home.resolve(key).toString())
                    .ok();
        }
        Files.writeString(home.resolve("config"), """
                        ListenAddress 127.0.0.1:2222
                        HostKey HOME/host
                        AuthorizedKeysFile HOME/user.pub
                        PidFile none
                        UsePAM no
                        StrictModes no
                        PasswordAuthentication no
                        SetEnv DOCKER_HOST=unix://SOCKET PATH=THEPATH
                        """.replace("HOME", home.toString())
                .replace("SOCKET", rig.engine().ownSocket().toString())
                .replace("THEPATH", path));
        Files.writeString(
                home.resolve("client"),
                "IdentityFile " + home.resolve("user") + "\nIdentitiesOnly yes\nBatchMode yes\nUserKnownHostsFile "
                        + home.resolve("known") + "\n");
        Files.writeString(home.resolve("known"), "[127.0.0.1]:2222 " + Files.readString(home.resolve("host.pub")));
        File ssh = Files.createDirectory(home.resolve("bin")).resolve("ssh").toFile();
        Files.writeString(ssh.toPath(), "#!/bin/sh\nexec /usr/bin/ssh -F " + home.resolve("client") + " \"$@\"\n");
        assertThat(ssh.setExecutable(true)).isTrue();
        // A user without any rights, which the package would have made.
        Path users = Files.writeString(
                home.resolve("passwd"),
                Files.readString(Path.of("/etc/passwd")) + "sshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n");
        rig.machine().inHost("mount", "--bind", users.toString(), "/etc/passwd").ok();
        if (!Files.exists(EMPTY)) {
            Files.createDirectory(EMPTY);
            made = true;
        }
        server = rig.machine()
                .startInHost(SERVER, "-D", "-e", "-f", home.resolve("config").toString())
                .awaitErr("Server listening");
    }

    @AfterAll
    static void stop() throws IOException {
        if (server != null) {
            server.close();
        }
        rig.machine().inHost("umount", "/etc/passwd");
        if (made) {
            Files.delete(EMPTY);
        }
    }

    @Test
    void client_doesOverSshWhatItDoesAtTheSocket() throws IOException {
        try (Running events = far("events", "--filter", "type=container", "--format", "{{.Action}}")) {
            String id = far(
                            "run",
                            "-d",
                            "--name",
                            "counter",
                            "busybox",
                            "sh",
                            "-c",
                            "for i in 1 2 3; do echo $i; done; sleep 1000")
                    .finish()
                    .ok()
                    .text();
            byte[] bytes = new byte[3_000_000];
            Path copied = rig.engine().home().resolve("copied");
            try (Running logs = far("logs", "-f", "counter");
                    Running counted = far("exec", "-i", "counter", "sh", "-c", "wc -c; exit 7")
                            .feed(bytes);
                    Running copy = far("cp", "counter:/bin/busybox", copied.toString());
                    Terminal terminal = new Terminal(command("exec", "-it", "counter", "sh"), variables())) {
                logs.awaitOut("3\n");
                Ran ended = counted.await(Running.PATIENCE);
                assertThat(ended.text()).isEqualTo("" + bytes.length);
                assertThat(ended.code()).isEqualTo(7);
                terminal.awaitOut("#").type("tty; exit 5\n").awaitOut("/dev/pts/");
                assertThat(terminal.await().code()).isEqualTo(5);
                copy.await(Running.PATIENCE).ok();
                assertThat(Files.size(copied)).isEqualTo(Files.size(Path.of("/bin/busybox")));
            }
            assertThat(far("ps", "-q", "--no-trunc").finish().ok().text()).isEqualTo(id);
            events.awaitOut("exec_die");
        }
        far("context", "create", "far", "--docker", "host=" + HOST).finish().ok();
        assertThat(Running.start(
                                rig.machine()
                                        .command(List.of(CLIENT, "--context", "far", "ps", "--format", "{{.Names}}")),
                                contextVariables())
                        .finish()
                        .ok()
                        .text())
                .isEqualTo("counter");
    }

    @Test
    void clientThatIsKilled_leavesNothingBehind() {
        rig.ok("run", "-d", "--name", "held", "busybox", "sleep", "1000");
        try (Running exec = far("exec", "-i", "held", "sh", "-c", "echo begun; exec cat");
                Running logs = far("logs", "-f", "held")) {
            exec.awaitOut("begun");
            logs.kill();
            exec.kill();
        }
        Awaitility.await().untilAsserted(() -> {
            assertThat(rig.ok("top", "held")).doesNotContain("cat");
            assertThat(Running.run("pgrep", "-f", "docker system dial-stdio").lines())
                    .noneMatch(SshTest::speaksToThisEngine);
        });
    }

    private static boolean speaksToThisEngine(String pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/environ"))
                    .contains(rig.engine().ownSocket().toString());
        } catch (IOException gone) {
            return false;
        }
    }

    private static Running far(String... arguments) {
        return Running.start(command(arguments), variables());
    }

    private static List<String> command(String... arguments) {
        List<String> all = new ArrayList<>(List.of(CLIENT));
        all.addAll(List.of(arguments));
        return rig.machine().command(all);
    }

    private static Map<String, String> variables() {
        return Map.of("DOCKER_HOST", HOST, "DOCKER_CONFIG", config(), "DOCKER_CONTEXT", "", "PATH", path());
    }

    private static Map<String, String> contextVariables() {
        return Map.of("DOCKER_HOST", "", "DOCKER_CONFIG", config(), "DOCKER_CONTEXT", "", "PATH", path());
    }

    private static String config() {
        return rig.engine().home().resolve("client").toString();
    }

    private static String path() {
        return rig.engine().home().resolve("ssh/bin") + ":" + System.getenv("PATH");
    }
}
