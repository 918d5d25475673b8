package io.wharf.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a child is to be: program, arguments, its whole environment, folder and descriptors.
 *
 * <p>Nothing is inherited but what stands here and the umask (see {@link Processes#umask}). Descriptors 0, 1 and 2 that
 * are not mapped are /dev/null; all others are closed. The signal mask is empty, all signals are at their defaults.
 *
 * @param program an absolute path; no PATH is searched
 * @param arguments argv, the program's name first
 * @param environment as {@code NAME=value}
 * @param directory null: the engine's own
 * @param newSession the child leads a session and process group of its own
 */
public record Spawn(
        String program,
        List<String> arguments,
        List<String> environment,
        @Nullable String directory,
        List<Mapping> descriptors,
        boolean newSession) {

    public Spawn {
        arguments = List.copyOf(arguments);
        environment = List.copyOf(environment);
        descriptors = List.copyOf(descriptors);
        if (!program.startsWith("/")) {
            throw new IllegalArgumentException("not an absolute path: " + program);
        }
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("no argument 0 for " + program);
        }
        if (descriptors.stream().map(Mapping::target).distinct().count() != descriptors.size()) {
            throw new IllegalArgumentException("a descriptor is mapped twice for " + program);
        }
    }

    /** The child's descriptor {@code target} is a copy of ours; ours stays open and ours. */
    public record Mapping(Fd source, int target) {}

    public static Builder of(String program, String... arguments) {
        return new Builder(program, program).arguments(arguments);
    }

    /** A program under another name than its path. */
    public static Builder named(String program, String name) {
        return new Builder(program, name);
    }

    /** Collects a spawn; used by one thread. */
    public static final class Builder {
        private final String program;
        private final List<String> arguments = new ArrayList<>();
        private final List<String> environment = new ArrayList<>();
        private final List<Mapping> descriptors = new ArrayList<>();
        private @Nullable String directory;
        private boolean newSession;

        private Builder(String program, String name) {
            this.program = program;
            arguments.add(name);
        }

        public Builder arguments(String... more) {
            arguments.addAll(List.of(more));
            return this;
        }

        public Builder arguments(List<String> more) {
            arguments.addAll(more);
            return this;
        }

        public Builder environment(String name, String value) {
            environment.add(name + "=" + value);
            return this;
        }

        public Builder environment(Map<String, String> values) {
            values.forEach(this::environment);
            return this;
        }

        public Builder directory(String path) {
            directory = path;
            return this;
        }

        public Builder descriptor(Fd source, int target) {
            descriptors.add(new Mapping(source, target));
            return this;
        }

        public Builder newSession() {
            newSession = true;
            return this;
        }

        public Spawn build() {
            return new Spawn(program, arguments, environment, directory, descriptors, newSession);
        }
    }
}
