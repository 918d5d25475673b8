package io.wharf.events;

import io.wharf.base.Event;
import io.wharf.base.WharfException;
import io.wharf.contracts.Filters;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Decides whether an event is wanted, by Docker's filters: values of one key are alternatives, keys must all hold. */
final class EventFilter {
    private static final Set<String> KNOWN = Set.of(
            "config",
            "container",
            "daemon",
            "event",
            "image",
            "label",
            "network",
            "node",
            "plugin",
            "scope",
            "secret",
            "service",
            "type",
            "volume");
    /** Actions that carry details behind a colon and are matched without them, too. */
    private static final List<String> DETAILED = List.of("exec_create", "exec_start", "health_status");

    private final Filters filters;

    EventFilter(Filters filters) {
        for (String key : filters.values().keySet()) {
            if (!KNOWN.contains(key)) {
                throw WharfException.invalid("invalid filter '" + key + "'");
            }
        }
        this.filters = filters;
    }

    boolean wants(Event event) {
        return filters.any("type", event.type()::equals)
                && filters.any("event", wanted -> matchesAction(event.action(), wanted))
                && filters.any("scope", "local"::equals)
                && filters.any("daemon", wanted -> event.type().equals("daemon") && matchesActor(event, wanted))
                && filters.any("container", wanted -> matchesObject(event, "container", wanted))
                && filters.any("volume", wanted -> matchesObject(event, "volume", wanted))
                && filters.any("network", wanted -> matchesObject(event, "network", wanted))
                && filters.any("image", wanted -> matchesImage(event, wanted))
                && Filters.labelled(filters.get("label"), event.attributes());
    }

    private static boolean matchesAction(String action, String wanted) {
        if (action.equals(wanted)) {
            return true;
        }
        int colon = action.indexOf(':');
        return colon > 0
                && DETAILED.contains(action.substring(0, colon))
                && action.substring(0, colon).equals(wanted);
    }

    private static boolean matchesObject(Event event, String type, String wanted) {
        return event.type().equals(type) && matchesActor(event, wanted);
    }

    private static boolean matchesActor(Event event, String wanted) {
        String name = event.attributes().get("name");
        return event.actorId().startsWith(wanted) || (name != null && name.startsWith(wanted));
    }

    /** Images are matched by id and name, with or without the tag; a container's events by the image it was made from. */
    private static boolean matchesImage(Event event, String wanted) {
        Map<String, String> attributes = event.attributes();
        String named = switch (event.type()) {
            case "image" -> attributes.getOrDefault("name", "");
            case "container" -> attributes.getOrDefault("image", "");
            default -> "";
        };
        return (event.type().equals("image") && event.actorId().equals(wanted))
                || named.equals(wanted)
                || (!named.isEmpty() && withoutTag(named).equals(wanted));
    }

    private static String withoutTag(String name) {
        int colon = name.lastIndexOf(':');
        return colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
    }
}
