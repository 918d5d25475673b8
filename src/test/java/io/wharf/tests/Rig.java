package io.wharf.tests;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * One engine for one class of tests, with the small image in it.
 *
 * <p>After each test its containers, networks and volumes are removed; after the class everything must be as it was before.
 */
final class Rig implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
    private final String[] flags;
    private List<String> properties = List.of();
    private String untapped = "";
    private @Nullable Engine engine;
    private @Nullable Leaks leaks;

    Rig(String... flags) {
        this.flags = flags;
    }

    /** This, with properties of the daemon's JVM as {@code -Dname=value}. */
    Rig properties(String... given) {
        properties = List.of(given);
        return this;
    }

    /** This, with clients that speak to the engine itself, for a reason. */
    Rig untapped(String reason) {
        untapped = reason;
        return this;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        Engine started = new Engine(new Machine(), flags);
        engine = started;
        try {
            if (!untapped.isEmpty()) {
                started.untapped(untapped);
            }
            started.properties(properties).start();
            importSmallImage(started.docker());
            // Once through what is made on first use and kept: pools, sockets, chains.
            List.of(
                            docker().start("run", "--rm", "-v", "/data", "busybox", "true"),
                            docker().start("run", "--rm", "--network", "host", "busybox", "true"),
                            docker().start("run", "--rm", "--network", "none", "busybox", "true"),
                            // The host routes IPv6 from the first network on that has it.
                            docker().start("network", "create", "--ipv6", "--subnet", "fd00:feed::/64", "once"))
                    .forEach(first -> first.finish().ok());
            docker().ok("network", "rm", "once");
            leaks = Leaks.atRest(started);
        } catch (Throwable e) {
            throw withLog(e);
        }
    }

    static void importSmallImage(Docker docker) {
        docker.ok("import", "-c", "CMD [\"sh\"]", Here.smallImage().toString(), "busybox:latest");
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (context.getExecutionException().isPresent()) {
            System.err.println(
                    "The engine's log at the end of " + context.getDisplayName() + ":\n" + engine().logTail());
        }
        if (!engine().alive()) {
            engine().start();
        }
        removeAll("rm", "-fv", "ps", "-aq", "--no-trunc");
        removeAll("network", "rm", "network", "ls", "-q", "--no-trunc", "--filter", "type=custom");
        removeAll("volume", "rm", "volume", "ls", "-q");
    }

    /** Runs the client with two words and everything that the rest of the arguments list. */
    private void removeAll(String verb, String flag, String... listing) {
        List<String> found = docker().run(listing).lines();
        if (!found.isEmpty()) {
            String[] command = new String[found.size() + 2];
            command[0] = verb;
            command[1] = flag;
            for (int i = 0; i < found.size(); i++) {
                command[i + 2] = found.get(i);
            }
            docker().ok(command);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Engine last = engine;
        if (last == null) {
            return;
        }
        try {
            if (leaks != null) {
                removeImages();
                leaks.assertNone(last);
                last.stop();
            }
        } catch (Throwable e) {
            throw withLog(e);
        } finally {
            last.close();
            engine = null;
            leaks = null;
        }
    }

    private void removeImages() {
        Set<String> other =
                new HashSet<>(docker().run("images", "-aq", "--no-trunc").lines());
        other.remove(docker().ok("image", "inspect", "-f", "{{.Id}}", "busybox:latest"));
        other.forEach(id -> docker().run("rmi", "-f", id));
    }

    private AssertionError withLog(Throwable e) {
        return new AssertionError(
                e.getMessage() + "\nThe engine's log:\n"
                        + Objects.requireNonNull(engine).logTail(),
                e);
    }

    Engine engine() {
        return Objects.requireNonNull(engine, "no engine");
    }

    Machine machine() {
        return engine().machine();
    }

    Docker docker() {
        return engine().docker();
    }

    Http http() {
        return engine().http();
    }

    /** Runs the client to its end. */
    Ran run(String... arguments) {
        return docker().run(arguments);
    }

    /** Runs the client, which must succeed, and gives its output without the white space around it. */
    String ok(String... arguments) {
        return docker().ok(arguments);
    }

    /** {@code docker run --rm} of a shell's script in the small image, after more flags. */
    Ran sh(String script, String... moreFlags) {
        String[] command = new String[moreFlags.length + 6];
        command[0] = "run";
        command[1] = "--rm";
        System.arraycopy(moreFlags, 0, command, 2, moreFlags.length);
        String[] rest = {"busybox", "sh", "-c", script};
        System.arraycopy(rest, 0, command, 2 + moreFlags.length, 4);
        return docker().run(Arrays.copyOf(command, command.length));
    }
}
