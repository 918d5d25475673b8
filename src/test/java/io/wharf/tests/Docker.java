package io.wharf.tests;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The real {@code docker} client, speaking to one engine. */
final class Docker {
    private static final String CLIENT = System.getProperty("wharf.test.docker", "docker");

    private final Map<String, String> variables;

    Docker(Path socket, Path config) {
        this(Map.of(
                "DOCKER_HOST", "unix://" + socket,
                "DOCKER_CONFIG", config.toString(),
                "DOCKER_CONTEXT", "",
                "DOCKER_API_VERSION", "",
                "DOCKER_BUILDKIT", ""));
    }

    private Docker(Map<String, String> variables) {
        this.variables = variables;
    }

    /** This client with one more environment variable. */
    Docker with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(variables);
        more.put(name, value);
        return new Docker(more);
    }

    /** Runs the client to its end, whatever its exit code. */
    Ran run(String... arguments) {
        return start(arguments).finish();
    }

    /** Runs the client, which must succeed; its output without the white space around it. */
    String ok(String... arguments) {
        return run(arguments).ok().text();
    }

    /** Runs the client with an input that ends. */
    Ran pipe(byte[] input, String... arguments) {
        return start(arguments).feed(input).await(Running.PATIENCE);
    }

    Ran pipe(String input, String... arguments) {
        return pipe(input.getBytes(StandardCharsets.UTF_8), arguments);
    }

    /** Starts the client and leaves its input open. */
    Running start(String... arguments) {
        return Running.start(command(arguments), variables);
    }

    /** Starts the client on a terminal of 24 rows and 80 columns. */
    Terminal terminal(String... arguments) {
        return new Terminal(command(arguments), variables);
    }

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(CLIENT);
        command.addAll(List.of(arguments));
        return command;
    }
}
