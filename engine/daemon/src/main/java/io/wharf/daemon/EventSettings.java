package io.wharf.daemon;

import io.wharf.base.ByteSize;
import io.wharf.base.GoDuration;
import io.wharf.base.WharfException;
import io.wharf.contracts.EventOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What the flags and {@code daemon.json} say of the journal of events. */
record EventSettings(Settings settings) {
    EventOptions options() {
        String age = settings.textOrNull("events-max-age");
        String size = settings.textOrNull("events-max-size");
        String grpc = settings.textOrNull("events-grpc");
        return new EventOptions(
                age == null ? EventOptions.USUAL.maxAge() : age(age),
                size == null ? EventOptions.USUAL.maxBytes() : ByteSize.parse(size),
                socket(grpc));
    }

    private static Duration age(String text) {
        OptionalLong nanos = GoDuration.parse(text);
        if (nanos.isEmpty()) {
            throw WharfException.invalid("invalid events-max-age: " + text + ": a length of time is wanted, as 168h");
        }
        return Duration.ofNanos(nanos.getAsLong());
    }

    private static Optional<Path> socket(@Nullable String given) {
        if (given == null) {
            return Optional.empty();
        }
        String path = given.startsWith("unix://") ? given.substring("unix://".length()) : given;
        if (!path.startsWith("/")) {
            throw WharfException.invalid("invalid events-grpc: " + given + ": the path of a unix socket is wanted");
        }
        return Optional.of(Path.of(path));
    }
}
