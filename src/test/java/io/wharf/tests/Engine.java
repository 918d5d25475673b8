package io.wharf.tests;

import io.wharf.tests.tap.Tap;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * One engine on a machine: Wharf by {@code bin/wharfd}, or Debian's dockerd, with roots, socket and addresses of its own.
 *
 * <p>It can be stopped, killed and started again on the same roots.
 */
final class Engine implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static int count;

    private final Path home;
    private final List<String> flags;
    private String properties = "";
    private final String bip;
    private final Tap tap;
    private boolean tapped = !Here.DOCKERD;
    private Machine machine;
    private final Set<String> containers = ConcurrentHashMap.newKeySet();
    private @Nullable Process process;
    private @Nullable Running events;

    Engine(Machine machine, String... flags) {
        try {
            this.home = Files.createTempDirectory(Path.of("/tmp"), "wharf-tests.");
            Files.createDirectory(home.resolve("client"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.machine = machine;
        this.flags = List.of(flags);
        this.bip = "10.213." + count++ % 256 + ".1/24";
        this.tap = new Tap(home.resolve("d.sock"), home.resolve("e.sock"));
    }

    /** Properties of the daemon's JVM, as {@code -Dname=value}, from its next start on. */
    Engine properties(List<String> given) {
        properties = String.join(" ", given);
        return this;
    }

    /** Lets clients speak to the engine itself, and has replies not held against the contract, for a reason. */
    Engine untapped(String reason) {
        tapped = reason.isEmpty();
        return this;
    }

    /** Starts the daemon and waits until it answers. */
    Engine start() {
        List<String> command = new ArrayList<>();
        command.add(Here.DOCKERD ? "dockerd" : Here.ROOT.resolve("bin/wharfd").toString());
        command.addAll(
                List.of("-H", "unix://" + ownSocket(), "--data-root", dataRoot().toString()));
        command.addAll(List.of(
                "--exec-root",
                execRoot().toString(),
                "--pidfile",
                home.resolve("pid").toString()));
        command.addAll(List.of("--bip", bip));
        if (Here.DOCKERD) {
            // What Wharf does always.
            command.add("--live-restore");
        }
        command.addAll(flags);
        try {
            ProcessBuilder builder = new ProcessBuilder(machine.command(command))
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
            builder.environment().put("WHARF_JVM", properties);
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (tapped) {
            process.onExit().thenRun(tap.open());
        }
        Http http = http();
        Awaitility.await()
                .pollInterval(Duration.ofMillis(20))
                .atMost(START)
                .until(() -> !process.isAlive() || http.answers());
        if (!process.isAlive()) {
            throw new AssertionError("the engine ended at once:\n" + logTail());
        }
        seenContainers();
        events = docker().start(
                        "events",
                        "--since",
                        "0",
                        "--filter",
                        "type=container",
                        "--filter",
                        "event=create",
                        "--format",
                        "{{.ID}}");
        return this;
    }

    /** The ids of all containers that this engine has made known, from its first start on. */
    Set<String> seenContainers() {
        if (events != null) {
            events.out().lines().forEach(containers::add);
        }
        return containers;
    }

    /** Asks the daemon to stop, and waits for its end. */
    void stop() {
        end("TERM");
    }

    /** Ends the daemon as nothing could foresee. */
    void kill() {
        end("KILL");
    }

    private void end(String signal) {
        Process daemon = running();
        Running.run("kill", "-" + signal, "" + daemon.pid()).ok();
        awaitEnd(daemon);
        if (Here.DOCKERD) {
            // Its containerd ends with it, but not at once, and where nobody reaps it the next one waits for it in
            // vain.
            Awaitility.await()
                    .atMost(START)
                    .until(() -> OwnProcesses.of(home).stream()
                            .noneMatch(p -> p.arguments().startsWith("containerd ")));
            forgetContainerd();
        }
    }

    private void awaitEnd(Process daemon) {
        try {
            if (!daemon.waitFor(Patience.of(START).toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the engine still runs a minute after it was to end:\n" + logTail());
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Of an engine that somebody else has told to end. */
    void awaitEnd() {
        awaitEnd(Objects.requireNonNull(process));
    }

    private void forgetContainerd() {
        try {
            Files.deleteIfExists(execRoot().resolve("containerd/containerd.pid"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Cuts the power: every process, namespace and mount is gone, the data root stays; then another machine boots. */
    void reboot(Machine next) {
        Process daemon = running();
        Running.run("kill", "-KILL", "" + daemon.pid()).ok();
        OwnProcesses.killAll(home);
        machine.close();
        machine = next;
        forgetContainerd();
        try {
            Path bootId = Files.writeString(home.resolve("boot-id"), java.util.UUID.randomUUID() + "\n");
            machine.bootId(bootId);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process running() {
        Process daemon = process;
        if (daemon == null || !daemon.isAlive()) {
            throw new AssertionError("the engine does not run:\n" + logTail());
        }
        return daemon;
    }

    boolean alive() {
        return process != null && process.isAlive();
    }

    long pid() {
        return running().pid();
    }

    Machine machine() {
        return machine;
    }

    Docker docker() {
        return new Docker(socket(), home.resolve("client"));
    }

    Http http() {
        return new Http(socket());
    }

    Path home() {
        return home;
    }

    /** Where clients find the engine: behind a tap, which holds its replies against the contract. */
    Path socket() {
        return home.resolve(tapped ? "d.sock" : "e.sock");
    }

    /** Where the engine itself listens, for tests of the listener and of who is at the other end. */
    Path ownSocket() {
        return home.resolve("e.sock");
    }

    Path dataRoot() {
        return home.resolve("data");
    }

    Path execRoot() {
        return home.resolve("exec");
    }

    Path log() {
        return home.resolve("log");
    }

    /** Address of the default bridge. */
    String gateway() {
        return bip.substring(0, bip.indexOf('/'));
    }

    String logTail() {
        if (!Files.exists(log())) {
            return "(no log)";
        }
        // dockerd's shims tell every step at this level.
        List<String> lines = Here.read(log())
                .lines()
                .filter(line -> !Here.DOCKERD || !line.contains("level=info"))
                .toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    /** Removes every trace, whatever state the tests left. */
    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            process.destroy();
            try {
                process.waitFor(Patience.of(Duration.ofSeconds(20)).toSeconds(), TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            process.destroyForcibly();
        }
        if (events != null) {
            events.close();
        }
        OwnProcesses.killAll(home);
        machine.close();
        tap.close();
        Tap.report(Here.ROOT.resolve("src/test/target/contract.tsv"));
        Running.run("rm", "-rf", "--one-file-system", home.toString());
        if (!tap.disagreements().isEmpty()) {
            throw new AssertionError("replies that the contract does not describe:\n" + tap.disagreements());
        }
    }
}
