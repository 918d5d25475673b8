package io.wharf.contracts;

import io.vertx.core.Future;
import java.util.Map;

/** What the daemon says of itself, gathered from all concerns; the maps are the JSON bodies in Docker's names. */
public interface SystemService {
    /** The newest version of Docker's Engine API that is served, and the oldest that is told of. */
    String NEWEST_API = "1.56";

    String OLDEST_API = "1.24";

    Future<Map<String, Object>> info();

    Future<Map<String, Object>> version();

    Future<Map<String, Object>> diskUsage();
}
