package io.wharf.contracts;

import io.vertx.core.Future;
import java.util.Map;

/** What the daemon says of itself, gathered from all concerns; the maps are the JSON bodies in Docker's names. */
public interface SystemService {
    Future<Map<String, Object>> info();

    Future<Map<String, Object>> version();

    Future<Map<String, Object>> diskUsage();
}
