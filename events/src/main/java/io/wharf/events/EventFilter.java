package io.wharf.events;

import io.wharf.base.Event;
import io.wharf.base.WharfException;
import io.wharf.contracts.Filters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Decides whether an event is wanted, by Docker's filters: values of one key are alternatives, keys must all hold.
 *
 * <p>As in Docker, a filter by object looks at the beginning of an event's id and of its attribute {@code name}, and not at
 * its type: {@code container=web} also shows the network {@code web_default}.
 */
final class EventFilter {
    private static final Set<String> BY_OBJECT =
            Set.of("config", "container", "daemon", "network", "node", "plugin", "secret", "service", "volume");
    private static final Set<String> OTHERS = Set.of("event", "image", "label", "scope", "type");
    /** Where one of these is asked for, actions are matched by their beginning: details follow behind a colon. */
    private static final Set<String> DETAILED = Set.of("exec_create", "exec_start", "health_status");

    static final EventFilter ALL = new EventFilter(Filters.NONE);

    private final List<Predicate<Event>> conditions = new ArrayList<>();

    EventFilter(Filters filters) {
        check(filters);
        filters.values().forEach((key, values) -> {
            if (BY_OBJECT.contains(key)) {
                add(values, EventFilter::matchesObject);
            }
        });
        add(filters.get("type"), (event, wanted) -> event.type().equals(wanted));
        boolean detailed = filters.get("event").stream().anyMatch(DETAILED::contains);
        add(
                filters.get("event"),
                detailed
                        ? (event, wanted) -> event.action().startsWith(wanted)
                        : (event, wanted) -> event.action().equals(wanted));
        add(filters.get("scope"), (event, wanted) -> wanted.equals("local"));
        add(filters.get("image"), EventFilter::matchesImage);
        List<String> labels = filters.get("label");
        if (!labels.isEmpty()) {
            conditions.add(event -> Filters.labelled(labels, event.attributes()));
        }
    }

    /** Refuses keys that are none of events. */
    static void check(Filters filters) {
        filters.values().keySet().forEach(key -> {
            if (!BY_OBJECT.contains(key) && !OTHERS.contains(key)) {
                throw WharfException.invalid("invalid filter '" + key + "'");
            }
        });
    }

    private interface Match {
        boolean holds(Event event, String wanted);
    }

    private void add(List<String> values, Match match) {
        if (!values.isEmpty()) {
            conditions.add(event -> {
                for (String wanted : values) {
                    if (match.holds(event, wanted)) {
                        return true;
                    }
                }
                return false;
            });
        }
    }

    boolean wants(Event event) {
        for (Predicate<Event> condition : conditions) {
            if (!condition.test(event)) {
                return false;
            }
        }
        return true;
    }

    private static boolean matchesObject(Event event, String wanted) {
        String name = event.attributes().get("name");
        return event.actorId().startsWith(wanted) || (name != null && name.startsWith(wanted));
    }

    /** Images are matched by id and name, with or without the tag; a container's events by the image it was made from. */
    private static boolean matchesImage(Event event, String wanted) {
        Map<String, String> attributes = event.attributes();
        String id = event.actorId();
        String named = attributes.getOrDefault(event.type().equals("image") ? "name" : "image", "");
        return id.equals(wanted)
                || named.equals(wanted)
                || (!named.isEmpty() && withoutTag(named).equals(wanted))
                || (event.type().equals("image") && withoutTag(id).equals(wanted));
    }

    private static String withoutTag(String name) {
        int digest = name.indexOf('@');
        String tagged = digest > 0 ? name.substring(0, digest) : name;
        int colon = tagged.lastIndexOf(':');
        return colon > tagged.lastIndexOf('/') ? tagged.substring(0, colon) : tagged;
    }
}
