package io.wharf.tests;

import com.github.dockerjava.api.model.HealthCheck;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.containers.output.ToStringConsumer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.MountableFile;

/**
 * What a test suite does with Testcontainers; a program of its own, for the library takes the engine's address from its
 * environment, and reaches published ports only from where the engine is. It prints a line for each scenario.
 */
final class Testcontainers {
    private static final String SERVER =
            "mkdir -p /www; echo served >/www/index.html; echo ready; exec httpd -f -p 80 -h /www";

    private Testcontainers() {}

    public static void main(String[] arguments) {
        Map<String, Callable<String>> scenarios = Map.of(
                "port", Testcontainers::port,
                "http", Testcontainers::http,
                "log", Testcontainers::log,
                "exec", Testcontainers::exec,
                "copy", Testcontainers::copy,
                "health", Testcontainers::health,
                "once", Testcontainers::once);
        // Most of their time is the library's polling.
        try (ExecutorService pool = Executors.newFixedThreadPool(arguments.length)) {
            for (String name : arguments) {
                pool.submit(() -> play(name, Objects.requireNonNull(scenarios.get(name), name)));
            }
        }
        System.exit(0);
    }

    private static void play(String name, Callable<String> scenario) {
        String outcome;
        try {
            outcome = scenario.call();
        } catch (Exception | Error e) {
            outcome = "failed";
            e.printStackTrace();
        }
        System.out.println(name + ": " + outcome);
    }

    private static GenericContainer<?> busybox(String script) {
        return new GenericContainer<>("busybox:latest")
                .withCommand("sh", "-c", script)
                .withStartupTimeout(Duration.ofSeconds(30));
    }

    /** Waits for the port as the library does: inside by an exec, outside by a connection. */
    private static String port() {
        // Its look inside is not repeated when it fails for another reason than a closed port.
        try (GenericContainer<?> web = busybox(SERVER).withExposedPorts(80).withStartupAttempts(2)) {
            web.start();
            return web.getMappedPort(80) > 0 && web.isRunning() ? "open" : "closed";
        }
    }

    private static String http() throws Exception {
        try (GenericContainer<?> web = busybox(SERVER).withExposedPorts(80).waitingFor(Wait.forHttp("/index.html"))) {
            web.start();
            URI page = URI.create("http://" + web.getHost() + ":" + web.getFirstMappedPort() + "/index.html");
            try (InputStream answer = page.toURL().openStream()) {
                return new String(answer.readAllBytes(), StandardCharsets.UTF_8).strip();
            }
        }
    }

    private static String log() {
        ToStringConsumer said = new ToStringConsumer();
        try (GenericContainer<?> talker = busybox("sleep 0.2; echo one; echo two >&2; echo ready; sleep 1000")
                .withLogConsumer(said)
                .waitingFor(Wait.forLogMessage(".*ready.*", 1))) {
            talker.start();
            return talker.getLogs(OutputFrame.OutputType.STDERR).strip() + " "
                    + talker.getLogs(OutputFrame.OutputType.STDOUT).strip().replace('\n', ' ');
        }
    }

    private static String exec() throws Exception {
        try (GenericContainer<?> host =
                busybox("echo ready; sleep 1000").waitingFor(Wait.forSuccessfulCommand("test -d /tmp"))) {
            host.start();
            ExecResult result = host.execInContainer("sh", "-c", "echo out; echo err >&2; exit 7");
            return result.getStdout().strip() + " " + result.getStderr().strip() + " " + result.getExitCode();
        }
    }

    private static String copy() throws Exception {
        try (GenericContainer<?> box = busybox("cat /etc/before; echo ready; sleep 1000")
                .withCopyToContainer(Transferable.of("before\n"), "/etc/before")
                .waitingFor(Wait.forLogMessage(".*ready.*", 1))) {
            box.start();
            box.copyFileToContainer(MountableFile.forHostPath(Path.of("/etc/hostname")), "/tmp/given/name");
            box.copyFileToContainer(Transferable.of("text"), "/tmp/given/text");
            String back = box.copyFileFromContainer(
                    "/tmp/given/text", stream -> new String(stream.readAllBytes(), StandardCharsets.UTF_8));
            return box.getLogs().lines().findFirst().orElse("") + " " + back + " "
                    + box.execInContainer("ls", "/tmp/given")
                            .getStdout()
                            .strip()
                            .replace('\n', ' ');
        }
    }

    private static String health() {
        try (GenericContainer<?> sick = busybox("sleep 0.5; touch /well; sleep 1000")
                .withCreateContainerCmdModifier(create -> create.withHealthcheck(new HealthCheck()
                        .withTest(List.of("CMD", "test", "-e", "/well"))
                        .withInterval(200_000_000L)
                        .withRetries(50)))
                .waitingFor(Wait.forHealthcheck())) {
            sick.start();
            return sick.isHealthy() ? "healthy" : "unhealthy";
        }
    }

    private static String once() {
        try (GenericContainer<?> job =
                busybox("echo done").withStartupCheckStrategy(new OneShotStartupCheckStrategy())) {
            job.start();
            return job.getLogs().strip();
        }
    }
}
