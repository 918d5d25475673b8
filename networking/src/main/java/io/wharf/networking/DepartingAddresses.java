package io.wharf.networking;

import io.wharf.networking.address.Family;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Addresses of containers that have left, for as long as the kernel still has their links. A container that is back by
 * then has its own again, once nothing answers at its former links. Confined to the verticle's context.
 */
final class DepartingAddresses {
    /** Where an address counts. */
    private record Place(String networkId, InetAddress address) {}

    /** Who had it last, by the key of the membership, and whether the container has it again. */
    private record Former(String key, String containerId, Endpoint endpoint, boolean taken) {}

    private final Map<Place, Former> formers = new LinkedHashMap<>();

    /** From now on its addresses are those of one that leaves. */
    void add(Membership leaving) {
        places(leaving)
                .forEach((place, endpoint) ->
                        formers.put(place, new Former(leaving.key(), leaving.containerId(), endpoint, false)));
    }

    /** Its links are gone; those of its addresses in a network that go free with them. */
    List<InetAddress> gone(Membership left, String networkId) {
        return places(left).keySet().stream()
                .filter(place -> place.networkId.equals(networkId))
                .filter(place -> {
                    Former former = formers.get(place);
                    return former != null
                            && former.key.equals(left.key())
                            && formers.remove(place, former)
                            && !former.taken;
                })
                .map(Place::address)
                .toList();
    }

    /** Gives a container what it had in a network a moment ago. */
    Optional<InetAddress> takeBack(String containerId, String networkId, Family family) {
        Optional<InetAddress> own = formers.entrySet().stream()
                .filter(entry -> !entry.getValue().taken
                        && entry.getValue().containerId.equals(containerId)
                        && entry.getKey().networkId.equals(networkId)
                        && Family.of(entry.getKey().address) == family)
                .map(entry -> entry.getKey().address)
                .findFirst();
        own.ifPresent(address -> mark(networkId, address, true));
        return own;
    }

    /** Has it go free with its former link after all; false where that is gone. */
    boolean giveBack(String networkId, InetAddress address) {
        return mark(networkId, address, false);
    }

    /** After a restart: what containers have is not to go free with what they had. */
    void have(Membership member) {
        places(member).keySet().forEach(place -> mark(place.networkId, place.address, true));
    }

    private boolean mark(String networkId, InetAddress address, boolean taken) {
        return formers.computeIfPresent(
                        new Place(networkId, address),
                        (place, former) -> new Former(former.key, former.containerId, former.endpoint, taken))
                != null;
    }

    /** The endpoints that had these addresses before. */
    List<Endpoint> before(Membership coming) {
        return formers.isEmpty()
                ? List.of()
                : places(coming).keySet().stream()
                        .flatMap(place -> Stream.ofNullable(formers.get(place)))
                        .map(Former::endpoint)
                        .distinct()
                        .toList();
    }

    private static Map<Place, Endpoint> places(Membership membership) {
        Map<Place, Endpoint> places = new HashMap<>();
        membership
                .endpoints()
                .forEach(endpoint -> endpoint.addresses()
                        .forEach(address -> places.put(new Place(endpoint.networkId(), address), endpoint)));
        return places;
    }
}
