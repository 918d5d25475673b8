package io.wharf.networking;

import io.wharf.base.WharfException;
import io.wharf.contracts.Filters;
import io.wharf.contracts.NetworkService.NetworkDetail;
import java.util.List;
import java.util.Set;

/** The list of networks and its filters. */
final class ListNetworks {
    private static final Set<String> FILTERS = Set.of("dangling", "driver", "id", "label", "name", "scope", "type");

    private final Networks networks;

    ListNetworks(Networks networks) {
        this.networks = networks;
    }

    List<NetworkDetail> run(Filters filters) {
        for (String key : filters.values().keySet()) {
            if (!FILTERS.contains(key)) {
                throw WharfException.invalid("invalid filter '" + key + "'");
            }
        }
        return networks.all().stream()
                .filter(network -> matches(network, filters))
                .map(Views::network)
                .toList();
    }

    private boolean matches(Network network, Filters filters) {
        return filters.any("name", wanted -> Filters.finds(wanted, network.name()))
                && filters.any("id", wanted -> Filters.finds(wanted, network.id()))
                && filters.any("driver", network.driver().toString()::equals)
                && filters.any("scope", network.scope()::equals)
                && filters.any("type", type -> isOfType(network, type))
                && filters.any("dangling", wanted -> truth(wanted) == isDangling(network))
                && Filters.labelled(filters.get("label"), network.labels());
    }

    private static boolean isOfType(Network network, String type) {
        return switch (type) {
            case "builtin" -> network.isPredefined();
            case "custom" -> !network.isPredefined();
            default -> throw WharfException.invalid("invalid filter: 'type'='" + type + "'");
        };
    }

    /** Whether nobody is in a network that could be removed. */
    private boolean isDangling(Network network) {
        return !network.isPredefined()
                && networks.members().stream()
                        .flatMap(member -> member.endpoints().stream())
                        .noneMatch(endpoint -> endpoint.networkId().equals(network.id()));
    }

    private static boolean truth(String value) {
        return switch (value) {
            case "1", "true" -> true;
            case "0", "false" -> false;
            default -> throw WharfException.invalid("invalid value for filter 'dangling': \"" + value + "\"");
        };
    }
}
