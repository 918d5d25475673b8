package io.wharf.networking.dns;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names of all networks, and what each container sees of them. Told of every coming and going; confined to the
 * verticle's context.
 */
public final class Zones {
    private final Map<String, Zone> zones = new HashMap<>();
    private final Map<String, Sight> sights = new HashMap<>();

    /** What one container is in. */
    private static final class Sight implements Names {
        private static final Sight OF_NOBODY = new Sight();

        private final List<Place> places = new ArrayList<>(1);

        private record Place(String networkId, Zone zone, Map<String, String> links, boolean reachesOutside) {}

        @Override
        public @Nullable Addresses find(String name) {
            for (Place place : places) {
                Addresses found = in(place, name);
                if (found != null) {
                    return found;
                }
            }
            for (Place place : places) {
                String suffix = place.zone.suffix();
                if (name.length() > suffix.length() && name.endsWith(suffix)) {
                    Addresses found = in(place, name.substring(0, name.length() - suffix.length()));
                    if (found != null) {
                        return found;
                    }
                }
            }
            return null;
        }

        /** A link hides what else has its name there. */
        private static @Nullable Addresses in(Place place, String name) {
            String linked = place.links.get(name);
            return place.zone.find(linked == null ? name : linked);
        }

        @Override
        public @Nullable String nameOf(String reverse) {
            for (Place place : places) {
                String found = place.zone.nameOf(reverse);
                if (found != null) {
                    return found;
                }
            }
            return null;
        }

        @Override
        public boolean reachesOutside() {
            for (Place place : places) {
                if (place.reachesOutside) {
                    return true;
                }
            }
            return false;
        }
    }

    /** A container is in a network now, or is called otherwise there. */
    public void put(String networkId, String networkName, Member member) {
        Zone zone = zones.computeIfAbsent(networkId, id -> new Zone(networkName));
        zone.put(member);
        Map<String, String> links = new HashMap<>();
        member.links().forEach((alias, name) -> links.put(Zone.lower(alias), Zone.lower(name)));
        Sight.Place place = new Sight.Place(networkId, zone, links, member.reachesOutside());
        List<Sight.Place> places = sights.computeIfAbsent(member.containerId(), id -> new Sight()).places;
        for (int i = 0; i < places.size(); i++) {
            if (places.get(i).networkId.equals(networkId)) {
                places.set(i, place);
                return;
            }
        }
        places.add(place);
    }

    /** A container has left a network; none there is fine. */
    public void remove(String networkId, String containerId) {
        Zone zone = zones.get(networkId);
        if (zone != null) {
            zone.remove(containerId);
            if (zone.isEmpty()) {
                zones.remove(networkId);
            }
        }
        Sight sight = sights.get(containerId);
        if (sight != null) {
            sight.places.removeIf(place -> place.networkId.equals(networkId));
            if (sight.places.isEmpty()) {
                sights.remove(containerId);
            }
        }
    }

    /** What a container sees at this moment. */
    Names seenFrom(String containerId) {
        return sights.getOrDefault(containerId, Sight.OF_NOBODY);
    }
}
