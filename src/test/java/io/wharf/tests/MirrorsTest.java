package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How registries are reached: mirrors, certificates, credentials, and all of it anew without a restart. */
class MirrorsTest {
    private static final Path CONFIG = folder();
    private static final String PLAIN = "localhost:5083";
    private static final String TLS = "registry.test:5084";

    @RegisterExtension
    static final Rig rig = new Rig(
            "--registry-certs-dir",
            CONFIG.resolve("certs.d").toString(),
            "--config-file",
            CONFIG.resolve("daemon.json").toString());

    @Nullable
    private static Registry plain;

    @Nullable
    private static Registry secured;

    private static Path folder() {
        try {
            Path folder = Files.createTempDirectory("wharf-tests.");
            Files.writeString(folder.resolve("daemon.json"), "{}");
            Files.createDirectories(folder.resolve("certs.d"));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void openssl(String... arguments) {
        List<String> command = new java.util.ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Running.run(command.toArray(String[]::new)).ok();
    }

    /** A key and a certificate that the authority has signed. */
    private static void certificate(Path folder, String name, String subject) {
        openssl(
                "req",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                folder.resolve(name + ".key").toString(),
                "-out",
                folder.resolve(name + ".csr").toString(),
                "-subj",
                "/CN=" + subject);
        try {
            Files.writeString(folder.resolve(name + ".ext"), "subjectAltName=DNS:" + subject + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        openssl(
                "x509",
                "-req",
                "-in",
                folder.resolve(name + ".csr").toString(),
                "-CA",
                folder.resolve("ca.crt").toString(),
                "-CAkey",
                folder.resolve("ca.key").toString(),
                "-CAcreateserial",
                "-days",
                "30",
                "-extfile",
                folder.resolve(name + ".ext").toString(),
                "-out",
                folder.resolve(name + ".cert").toString());
    }

    @BeforeAll
    static void startRegistries() throws IOException {
        Path keys = Files.createDirectory(CONFIG.resolve("keys"));
        openssl(
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "30",
                "-subj",
                "/CN=authority",
                "-keyout",
                keys.resolve("ca.key").toString(),
                "-out",
                keys.resolve("ca.crt").toString());
        certificate(keys, "server", "registry.test");
        certificate(keys, "client", "somebody");
        Files.writeString(
                keys.resolve("htpasswd"), "me:$2b$05$qgSPMQqAQdBXCAWtgEI4KOR/PcWfzNtwsTLcnAQRVqxX5Yb0.zVja\n");
        Path names = Files.writeString(CONFIG.resolve("hosts"), "127.0.0.1 localhost registry.test\n");
        rig.machine().inHost("mount", "--bind", names.toString(), "/etc/hosts").ok();
        plain = new Registry(rig, 5083, "", "");
        secured = new Registry(
                rig,
                5084,
                ", tls: {certificate: " + keys + "/server.cert, key: " + keys + "/server.key, clientcas: [" + keys
                        + "/ca.crt]}",
                "auth: {htpasswd: {realm: here, path: " + keys + "/htpasswd}}\n");
        rig.ok("tag", "busybox", PLAIN + "/library/small:1");
        rig.ok("push", PLAIN + "/library/small:1");
        rig.ok("rmi", PLAIN + "/library/small:1");
    }

    @AfterAll
    static void stopRegistries() {
        Objects.requireNonNull(plain).close();
        Objects.requireNonNull(secured).close();
        Running.run("rm", "-rf", CONFIG.toString());
    }

    @Test
    @WharfOnly("dockerd has no hosts.toml")
    void hostsFile_sendsToAMirrorFromTheNextPullOn() throws IOException {
        assertThat(rig.run("pull", "elsewhere.test/library/small:1").code()).isEqualTo(1);
        Path folder = Files.createDirectories(CONFIG.resolve("certs.d/elsewhere.test"));
        Files.writeString(
                folder.resolve("hosts.toml"),
                "server = \"https://elsewhere.test\"\n[host.\"http://127.0.0.1:1\"]\n[host.\"http://" + PLAIN
                        + "\"]\n  capabilities = [\"pull\", \"resolve\"]\n");
        assertThat(rig.run("pull", "elsewhere.test/library/small:1").ok().out())
                .contains("Status: Downloaded newer image for elsewhere.test/library/small:1");
        rig.ok("rmi", "elsewhere.test/library/small:1");
    }

    @Test
    @WharfOnly("dockerd of that age wants other flags")
    void mirrorsOfDaemonJson_areReadAnewOnHangup() throws IOException {
        Files.writeString(CONFIG.resolve("daemon.json"), "{\"registry-mirrors\": [\"http://" + PLAIN + "\"]}");
        Running.run("kill", "-HUP", "" + rig.engine().pid()).ok();
        Awaitility.await()
                .until(() -> Here.read(rig.engine().log()).contains("SIGHUP: the configuration is read anew"));
        rig.ok("pull", "small:1");
        rig.ok("rmi", "small:1");
        // A file that cannot be read changes nothing.
        Files.writeString(CONFIG.resolve("daemon.json"), "{\"registry-mirrors\": 1}");
        Running.run("kill", "-HUP", "" + rig.engine().pid()).ok();
        Awaitility.await().until(() -> Here.read(rig.engine().log()).contains("SIGHUP: nothing changes"));
        rig.ok("pull", "small:1");
        rig.ok("rmi", "small:1");
        Files.writeString(CONFIG.resolve("daemon.json"), "{}");
    }

    @Test
    @WharfOnly("the folder of certificates is elsewhere")
    void certificatesAndPassword_openARegistry() throws IOException {
        rig.ok("tag", "busybox", TLS + "/small:1");
        assertThat(rig.run("pull", TLS + "/small:1").err()).contains("certificate signed by unknown authority");
        Path folder = Files.createDirectories(CONFIG.resolve("certs.d/" + TLS));
        Path keys = CONFIG.resolve("keys");
        Files.copy(keys.resolve("ca.crt"), folder.resolve("ca.crt"));
        assertThat(rig.run("pull", TLS + "/small:1").err()).contains("tls: ");
        Files.copy(keys.resolve("client.cert"), folder.resolve("client.cert"));
        assertThat(rig.run("pull", TLS + "/small:1").err()).contains("missing key client.key for client certificate");
        Files.copy(keys.resolve("client.key"), folder.resolve("client.key"));
        assertThat(rig.run("pull", TLS + "/small:1").err()).contains("no basic auth credentials");
        assertThat(rig.run("login", "-u", "me", "-p", "wrong", TLS).err())
                .contains("login attempt to https://" + TLS + "/v2/ failed with status: 401 Unauthorized");
        assertThat(rig.run("login", "-u", "me", "-p", "secret", TLS).ok().out()).contains("Login Succeeded");
        rig.ok("push", TLS + "/small:1");
        rig.ok("rmi", TLS + "/small:1");
        rig.ok("pull", TLS + "/small:1");
        rig.ok("logout", TLS);
        rig.ok("rmi", TLS + "/small:1");
    }

    @Test
    void registryThatCannotSearch_saysSo() {
        assertThat(rig.run("search", PLAIN + "/small").err()).containsIgnoringCase("404");
    }

    @Test
    void distribution_tellsTheDigest() {
        Http.Reply reply =
                rig.engine().http().request("GET", "/v1.41/distribution/" + PLAIN + "/library/small:1/json", null);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body())
                .contains("\"Descriptor\":{\"mediaType\":\"application/vnd.docker.distribution.manifest.v2+json\"")
                .contains("\"os\":\"linux\"");
    }
}
