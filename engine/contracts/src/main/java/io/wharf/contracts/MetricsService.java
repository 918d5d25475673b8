package io.wharf.contracts;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/** What an operator watches: measurements, and whether the engine is well. */
public interface MetricsService {
    /**
     * All measurements of this moment.
     *
     * @param accept the Accept header of who asks: OpenMetrics where it names that, else Prometheus' text format
     */
    Future<Page> scrape(String accept);

    /** Whether the process does its work; one that does not is best started anew. */
    Future<List<Check>> live();

    /** Whether new work may be sent to it. */
    Future<List<Check>> ready();

    record Page(String contentType, Buffer text) {}

    /**
     * One thing looked at.
     *
     * @param fault what is wrong; empty where nothing is
     */
    record Check(String name, String fault) {
        public boolean passed() {
            return fault.isEmpty();
        }
    }
}
