package io.wharf.containers;

import java.util.HashMap;
import java.util.Map;

/** What an event tells of a container: its labels, image and name, and what belongs to the action. */
final class EventAttributes {
    private EventAttributes() {}

    /** Docker's order of precedence: a label named as one of the engine's own attributes loses. */
    static Map<String, String> of(Container container, Map<String, String> more) {
        Map<String, String> attributes = new HashMap<>(container.config().labels());
        attributes.put("image", String.valueOf(container.config().image()));
        attributes.put("name", container.name());
        attributes.putAll(more);
        return attributes;
    }
}
