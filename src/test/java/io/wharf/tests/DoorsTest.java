package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The ways in: TLS, sockets with a role, sockets of systemd; and the trail of those who came. */
@WharfOnly("it has no roles and no trail")
class DoorsTest {
    private static final Path FOLDER = prepared();
    private static final String TLS = "tcp://127.0.0.1:23760";

    @RegisterExtension
    static final Rig rig = new Rig(
            "-H",
            TLS,
            "--tlsverify",
            "--tlscacert",
            FOLDER.resolve("ca.pem").toString(),
            "--tlscert",
            FOLDER.resolve("server.pem").toString(),
            "--tlskey",
            FOLDER.resolve("server-key.pem").toString(),
            "--config-file",
            FOLDER.resolve("daemon.json").toString());

    /** Certificates as Docker's manual makes them, the server's key in the oldest of OpenSSL's forms. */
    private static Path prepared() {
        try {
            Path folder = Files.createTempDirectory("wharf-doors");
            Files.writeString(folder.resolve("daemon.json"), """
                    {"sockets": [{"path": "%1$s/ro.sock", "role": "read-only", "mode": "0606"},
                                 {"path": "%1$s/op.sock", "role": "operator"},
                                 {"path": "%1$s/admin.sock", "role": "admin", "mode": "0600"}]}
                    """.formatted(folder));
            Running.run("bash", "-ec", """
                    cd '%s'
                    new() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1-key.pem" "${@:2}"; }
                    new ca -x509 -out ca.pem -subj /CN=authority -days 2
                    new other -x509 -out other.pem -subj /CN=mallory -days 2
                    openssl genrsa -traditional -out server-key.pem 2048
                    openssl req -new -key server-key.pem -out server.csr -subj /CN=engine
                    new client -new -out client.csr -subj /O=Wharf/CN=alice
                    for who in server client; do
                      printf 'subjectAltName=IP:127.0.0.1\\nextendedKeyUsage=%%sAuth\\n' $who >$who.ext
                      openssl x509 -req -in $who.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -out $who.pem -days 2 -extfile $who.ext
                    done
                    """.formatted(folder)).ok();
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void remove() {
        Running.run("rm", "-rf", "--one-file-system", FOLDER.toString()).ok();
    }

    private static Docker by(String socket) {
        return new Docker(FOLDER.resolve(socket), FOLDER);
    }

    /** The client over TLS, with the certificate of somebody or of nobody. */
    private static Ran tls(String who, String script) {
        String certificate = who.isEmpty()
                ? ""
                : "--tlscert " + FOLDER + "/" + who + ".pem --tlskey " + FOLDER + "/" + who + "-key.pem";
        return rig.machine()
                .inHost(
                        "sh",
                        "-c",
                        "d() { docker -H " + TLS + " --tlsverify --tlscacert " + FOLDER + "/ca.pem " + certificate
                                + " \"$@\"; }; " + script);
    }

    @Test
    void tls_letsInWhoHasACertificate() {
        assertThat(tls("client", "echo over | d run --rm -i busybox cat").ok().text())
                .isEqualTo("over");
        assertThat(tls("client", "d run --rm busybox head -c 3000000 /dev/zero | wc -c")
                        .ok()
                        .text())
                .isEqualTo("3000000");
        assertThat(tls("", "d version").err()).contains("tls: ").contains("certificate");
        assertThat(tls("other", "d version").err()).contains("tls: ");
        assertThat(rig.machine().inHost("docker", "-H", TLS, "version").err())
                .contains("Client sent an HTTP request to an HTTPS server");
        assertThat(rig.ok("info", "-f", "{{.Warnings}}")).doesNotContain("API is accessible");
    }

    /** Opens so many connections, sends a text through each and another so many times, and holds them. */
    private static final String CROWD = """
            import socket, sys
            crowd = []
            for i in range(int(sys.argv[1])):
                if sys.argv[2].startswith('/'):
                    one = socket.socket(socket.AF_UNIX)
                    one.connect(sys.argv[2])
                else:
                    one = socket.create_connection(('127.0.0.1', int(sys.argv[2])))
                crowd.append(one)
                one.setblocking(False)
                try:
                    one.send(sys.argv[3].encode() + sys.argv[4].encode() * int(sys.argv[5]))
                except OSError:
                    pass
            print('there', flush=True)
            sys.stdin.read()
            """;

    private static Running crowd(int size, String where, String text, String filler, int times) {
        return rig.machine()
                .startInHost("python3", "-c", CROWD, "" + size, where, text, filler, "" + times)
                .awaitOut("there");
    }

    /** The kernel keeps them in a row before the engine; each of its places is free again after a second. */
    @Test
    void handshakesThatNeverEnd_holdUpNobodyForLong() {
        try (Running silent = crowd(800, "23760", "", "", 0)) {
            long begun = System.nanoTime();
            assertThat(tls("client", "d version -f '{{.Server.Version}}'").ok().text())
                    .isNotEmpty();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
            assertThat(silent.alive()).isTrue();
        }
    }

    /** A thousand times 190 KB, of heads without an end and of bodies: more than the engine's memory. */
    @Test
    void unfinishedRequests_takeBoundedMemory_whateverTheRole() {
        String head = "GET /_ping HTTP/1.1\r\nHost: x\r\n";
        String line = "X-Filler: " + "a".repeat(1000) + "\r\n";
        String body = "POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Content-Length: 3000000\r\n\r\n";
        try (Running heads = crowd(1000, FOLDER + "/ro.sock", head, line, 190);
                Running bodies = crowd(500, rig.engine().ownSocket().toString(), body, "          ", 19_000)) {
            assertThat(by("ro.sock").ok("ps", "-q")).isEmpty();
            assertThat(rig.ok("version", "-f", "{{.Server.Version}}")).isNotEmpty();
            assertThat(List.of(heads, bodies)).allMatch(Running::alive);
        }
        assertThat(rig.engine().alive()).isTrue();
    }

    @Test
    void roles_areHeldTo() {
        rig.ok("run", "-d", "--name", "kept", "-e", "SECRET=word", "-p", "127.0.0.1::80", "busybox", "sleep", "1000");
        Docker reader = by("ro.sock");
        assertThat(reader.ok("ps", "--format", "{{.Names}}")).isEqualTo("kept");
        assertThat(reader.ok("inspect", "-f", "{{.Config.Env}} {{.State.Status}}", "kept"))
                .isEqualTo("[] running");
        assertThat(rig.ok("inspect", "-f", "{{.Config.Env}}", "kept")).contains("SECRET=word");
        for (String[] forbidden : List.of(
                new String[] {"stop", "kept"},
                new String[] {"exec", "kept", "env"},
                new String[] {"cp", "kept:/etc/passwd", "-"},
                new String[] {"export", "kept"},
                new String[] {"top", "kept", "-o", "pid,environ"},
                new String[] {"history", "busybox"})) {
            assertThat(reader.run(forbidden).err())
                    .as(String.join(" ", forbidden))
                    .contains("is refused: this socket's role is read-only, and it needs operator");
        }
        assertThat(reader.run("attach", "kept").err()).contains("received 403");
        assertThat(reader.ok("top", "kept")).contains("sleep 1000");
        Docker operator = by("op.sock");
        operator.ok("restart", "-t", "0", "kept");
        assertThat(operator.ok("exec", "kept", "echo", "in")).isEqualTo("in");
        assertThat(operator.run("exec", "--privileged", "kept", "true").err()).contains("a privileged exec is refused");
        assertThat(operator.run("run", "busybox", "true").err()).contains("ContainerCreate is refused");
        assertThat(operator.run("rm", "-f", "kept").err()).contains("ContainerDelete is refused");
        by("admin.sock").ok("rm", "-f", "kept");
    }

    @Test
    void trail_namesTheCaller() {
        Docker admin = by("admin.sock");
        Running client = admin.start("create", "--name", "traced", "busybox", "true");
        client.finish().ok();
        assertTrail("ContainerCreate", "traced", "role=admin", "status=201", "uid=0", "pid=" + client.pid());
        by("ro.sock").run("rm", "traced");
        assertTrail("ContainerDelete", "traced", "role=read-only", "status=403");
        tls("client", "d start traced").ok();
        assertTrail("ContainerStart", "traced", "certificate=CN=alice,O=Wharf", "fingerprint=", "address=127.0.0.1:");
        // From inside of a container, with the host's own client.
        String id = rig.ok(
                "run",
                "-d",
                "-v",
                "/:/host",
                "busybox",
                "chroot",
                "/host",
                "curl",
                "-s",
                "-X",
                "POST",
                "--unix-socket",
                FOLDER.resolve("admin.sock").toString(),
                "http://d/containers/traced/rename?name=renamed");
        rig.ok("wait", id);
        assertTrail("ContainerRename", "traced", "container=" + id, "status=204");
        // Docker's clients know no such events.
        assertThat(rig.ok("events", "--since", "0", "--until", now())).doesNotContain(" audit ");
        assertThat(by("ro.sock").ok("events", "--since", "0", "--until", now(), "--filter", "type=audit"))
                .isEmpty();
    }

    private static String now() {
        return String.valueOf(System.currentTimeMillis() / 1000 + 1);
    }

    private static void assertTrail(String operation, String target, String... facts) {
        Awaitility.await()
                .untilAsserted(() -> assertThat(
                                rig.run("events", "--since", "0", "--until", before(), "--filter", "type=audit")
                                        .lines())
                        .as(operation)
                        .anySatisfy(line -> assertThat(line)
                                .contains(" audit " + operation + " " + target + " ")
                                .contains(facts)));
    }

    /** So that the stream ends at once. */
    private static String before() {
        long now = System.currentTimeMillis();
        return "%d.%03d".formatted(now / 1000, now % 1000);
    }

    @Test
    void dialStdio_carriesARequest() {
        Ran dialled = by("admin.sock")
                .pipe("GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n", "system", "dial-stdio");
        assertThat(dialled.ok().out()).startsWith("HTTP/1.1 200 OK").endsWith("OK");
    }

    @Test
    void socketsOfSystemd_areServed() {
        Path home = FOLDER.resolve("passed");
        Path socket = FOLDER.resolve("p.sock");
        List<String> command =
                new ArrayList<>(List.of("python3", Here.resource("passed.py").toString(), socket.toString(), "--"));
        command.addAll(List.of(Here.ROOT.resolve("bin/wharfd").toString(), "-H", "fd://", "--bridge", "none"));
        command.addAll(List.of("--data-root", home + "/data", "--exec-root", home + "/exec"));
        command.addAll(List.of("--iptables=false", "--ip-forward=false"));
        try (Running engine = Running.start(rig.machine().command(command), Map.of())) {
            Awaitility.await().until(() -> (engine.out() + engine.err()).contains(" serves "));
            assertThat(new Docker(socket, FOLDER).ok("info", "-f", "{{.DockerRootDir}}"))
                    .isEqualTo(home + "/data");
            String port = Here.read(Path.of(socket + ".port"));
            assertThat(rig.machine()
                            .inHost("curl", "-s", "http://127.0.0.1:" + port + "/_ping")
                            .ok()
                            .text())
                    .isEqualTo("OK");
            Running.run("kill", "-TERM", "" + engine.pid());
            engine.await(Running.PATIENCE);
        }
        // It is systemd's, and the next engine is passed it again.
        assertThat(socket).exists();
    }
}
