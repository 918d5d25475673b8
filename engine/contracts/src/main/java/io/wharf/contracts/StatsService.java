package io.wharf.contracts;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/**
 * The stats verticle's answers: what containers use, as {@code GET /containers/{id}/stats} has it. {@code ref} is as in
 * {@link ContainerService}.
 */
public interface StatsService {
    /** What it uses now, without the sample before; of one that does not run, a sample without values. */
    Future<Sample> now(String ref);

    /**
     * A sample together with the one before it, within two seconds; of one that does not run, one without values, at
     * once.
     */
    Future<Sample> measured(String ref);

    /** A sample each second until the container is removed; without values while it does not run. */
    Future<Handle<Feed>> follow(String ref);

    /** One line of JSON, which nobody changes. */
    record Sample(Buffer json) {}
}
