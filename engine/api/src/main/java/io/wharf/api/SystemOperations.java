package io.wharf.api;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.SystemService;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** The engine itself: ping, version, info, disk usage, credentials; and what needs nobody's answer. */
final class SystemOperations {
    /** The parts of {@code system df}, by the value of its {@code type} parameter. */
    private static final Map<String, String> USAGE =
            Map.of("container", "Containers", "image", "Images", "volume", "Volumes", "build-cache", "BuildCache");

    private final SystemService system;
    private final ImageService images;

    SystemOperations(SystemService system, ImageService images) {
        this.system = system;
        this.images = images;
    }

    void register(Handlers handlers) {
        handlers.on("SystemPing", this::ping)
                .on("SystemPingHead", this::pingHead)
                .on("SystemVersion", call -> system.version().map(body -> new Reply.Json(200, body)))
                .on(
                        "SystemInfo",
                        call -> system.info().map(body -> new Reply.Json(200, InfoBody.of(body, call.version()))))
                .on("SystemDataUsage", this::dataUsage)
                .on("SystemAuth", this::authenticate);
    }

    private Future<Reply> ping(Call call) {
        pingHeaders(call);
        return Future.succeededFuture(new Reply.Text(200, "text/plain; charset=utf-8", Buffer.buffer("OK")));
    }

    private Future<Reply> pingHead(Call call) {
        pingHeaders(call);
        call.request()
                .response()
                .putHeader("Content-Type", "text/plain; charset=utf-8")
                .putHeader("Content-Length", "0");
        return Future.succeededFuture(Reply.Empty.OK);
    }

    private static void pingHeaders(Call call) {
        HttpServerResponse response = call.request().response();
        // The classic builder: there is no BuildKit behind /session.
        response.putHeader("Builder-Version", "1")
                .putHeader("Swarm", "inactive")
                .putHeader("Cache-Control", "no-cache, no-store, must-revalidate")
                .putHeader("Pragma", "no-cache");
    }

    private Future<Reply> dataUsage(Call call) {
        TreeSet<String> wanted = new TreeSet<>();
        for (String type : call.version().atLeast(42) ? call.query().texts("type") : List.<String>of()) {
            String part = USAGE.get(type.toLowerCase(Locale.ROOT));
            if (part == null) {
                throw WharfException.invalid("unknown object type: " + type);
            }
            wanted.add(part);
        }
        return system.diskUsage()
                .map(all -> new Reply.Json(
                        200,
                        DiskUsageBody.of(
                                all, wanted, call.version(), call.query().flag("verbose"))));
    }

    private Future<Reply> authenticate(Call call) {
        return images.authenticate(ReadBody.read(call, ImageService.RegistryAuth.class))
                .map(login -> new Reply.Json(200, login));
    }
}
