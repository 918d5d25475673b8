package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkService.CreateNetwork;
import io.wharf.contracts.NetworkService.CreatedNetwork;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Create, remove and prune: what can be said of them while there are only the predefined networks. */
final class ChangeNetworks {
    private final Networks networks;

    ChangeNetworks(Networks networks) {
        this.networks = networks;
    }

    Future<CreatedNetwork> create(CreateNetwork request) {
        @Nullable String name = request.name();
        if (name == null || name.isBlank()) {
            return Future.failedFuture(WharfException.invalid("invalid name: name is empty"));
        }
        if (networks.named(name).isPresent()) {
            return Future.failedFuture(WharfException.conflict("network with name " + name + " already exists"));
        }
        return Future.failedFuture(WharfException.notImplemented("user-defined networks are not supported yet"));
    }

    Future<Void> remove(String ref) {
        Network network = networks.get(ref);
        return Future.failedFuture(new WharfException(
                ErrorKind.FORBIDDEN, network.name() + " is a pre-defined network and cannot be removed"));
    }

    /** Predefined networks are never pruned. */
    Future<List<String>> prune() {
        return Future.succeededFuture(List.of());
    }
}
