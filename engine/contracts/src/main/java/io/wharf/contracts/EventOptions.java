package io.wharf.contracts;

import io.wharf.base.WharfException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What is kept of the journal and where it is served besides the API.
 *
 * @param maxAge older events go
 * @param maxBytes what is kept of rows, in bytes as stored; beyond it the oldest go
 * @param grpc the unix socket of the gRPC service, or empty for none
 */
public record EventOptions(Duration maxAge, long maxBytes, Optional<Path> grpc) {
    public static final EventOptions USUAL = new EventOptions(Duration.ofDays(7), 256L << 20, Optional.empty());

    public EventOptions {
        if (maxAge.isNegative() || maxAge.isZero()) {
            throw WharfException.invalid("events-max-age must be more than nothing");
        }
        if (maxBytes <= 0) {
            throw WharfException.invalid("events-max-size must be more than nothing");
        }
    }
}
