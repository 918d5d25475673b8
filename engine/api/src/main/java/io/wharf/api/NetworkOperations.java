package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkService;
import io.wharf.contracts.NetworkService.CreateNetwork;
import java.util.Map;

/** Networks: create, list, inspect, remove, prune. */
final class NetworkOperations {
    private final NetworkService networks;

    NetworkOperations(NetworkService networks) {
        this.networks = networks;
    }

    void register(Handlers handlers) {
        handlers.on("NetworkList", this::list)
                .on("NetworkInspect", this::inspect)
                .on("NetworkCreate", this::create)
                .on("NetworkDelete", call -> networks.remove(call.path("id")).map(done -> Reply.Empty.NO_CONTENT))
                .on("NetworkPrune", this::prune);
    }

    private Future<Reply> list(Call call) {
        return networks.list(call.filters("dangling", "driver", "id", "label", "name", "scope", "type"))
                .map(rows -> new Reply.Json(200, rows));
    }

    private Future<Reply> inspect(Call call) {
        String ref = call.path("id");
        String scope = call.query().text("scope");
        return networks.inspect(ref, call.query().flag("verbose")).map(network -> {
            if (scope != null && !scope.equals(network.scope())) {
                throw WharfException.notFound("network " + ref + " not found");
            }
            return new Reply.Json(200, network);
        });
    }

    private Future<Reply> create(Call call) {
        CreateNetwork asked = ReadBody.read(call, CreateNetwork.class);
        // Before that, clients could not mean it.
        return networks.create(call.version().atLeast(48) ? asked : asked.withoutIpv4())
                .map(created -> new Reply.Json(201, created));
    }

    private Future<Reply> prune(Call call) {
        return networks.prune(call.filters("label", "label!", "until"))
                .map(removed -> new Reply.Json(200, Map.of("NetworksDeleted", removed)));
    }
}
