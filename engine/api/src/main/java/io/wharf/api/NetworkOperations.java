package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkService;
import io.wharf.contracts.NetworkService.CreateNetwork;
import io.wharf.contracts.NetworkService.NetworkDetail;
import java.util.List;
import java.util.Map;

/** Networks: create, list, inspect, remove, prune. */
final class NetworkOperations {
    /** Since when a network tells what its subnets have given away, and lists say nothing of containers. */
    private static final int STATUS = 52;

    /** Since when lists do not look for containers. */
    private static final int SUMMARIES = 28;

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
                .compose(rows -> shaped(rows, call.version()))
                .map(rows -> new Reply.Json(200, rows));
    }

    /** Lists once told of each network's containers, then of none, and now have no word for them. */
    private Future<List<NetworkDetail>> shaped(List<NetworkDetail> rows, ApiVersion version) {
        if (version.atLeast(STATUS)) {
            return Future.succeededFuture(
                    rows.stream().map(NetworkDetail::withoutContainers).toList());
        }
        if (version.atLeast(SUMMARIES)) {
            return Future.succeededFuture(rows);
        }
        return Future.all(rows.stream()
                        .map(row -> networks.inspect(row.id(), false).map(NetworkDetail::withoutStatus))
                        .toList())
                .map(all -> all.list());
    }

    private Future<Reply> inspect(Call call) {
        String ref = call.path("id");
        String scope = call.query().text("scope");
        return networks.inspect(ref, call.query().flag("verbose")).map(network -> {
            if (scope != null && !scope.equals(network.scope())) {
                throw WharfException.notFound("network " + ref + " not found");
            }
            return new Reply.Json(200, call.version().atLeast(STATUS) ? network : network.withoutStatus());
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
