package io.wharf.containers;

import io.wharf.base.IdIndex;
import io.wharf.base.Ids;
import io.wharf.base.WharfException;
import io.wharf.oci.Link;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All containers by id and by name, as committed. Confined to the verticle's context; iterates oldest first. */
final class Containers {
    private final Map<String, Container> byId = new LinkedHashMap<>();
    // Also names that a create under way has reserved, whose container is not there yet.
    private final Map<String, String> idByName = new HashMap<>();
    private final IdIndex index = new IdIndex();

    /** By full id, name with or without slash, or unique prefix of an id, in Docker's order; a 404 otherwise. */
    Container get(String ref) {
        return find(ref).orElseThrow(() -> WharfException.notFound("No such container: " + ref));
    }

    Optional<Container> find(String ref) {
        Container exact = byId.get(ref);
        if (exact != null) {
            return Optional.of(exact);
        }
        String id = idByName.get(ref.startsWith("/") ? ref.substring(1) : ref);
        if (id != null && byId.containsKey(id)) {
            return Optional.of(byId.get(id));
        }
        int slash = ref.indexOf('/', 1);
        if (slash > 0) {
            return linked(ref.substring(ref.startsWith("/") ? 1 : 0, slash), ref.substring(slash + 1));
        }
        if (!Ids.couldBePrefix(ref)) {
            return Optional.empty();
        }
        return index.find(ref).map(byId::get);
    }

    /** By full id; null where there is none. */
    @Nullable
    Container byId(String id) {
        return byId.get(id);
    }

    /** Whom a container knows by an alias. */
    private Optional<Container> linked(String name, String alias) {
        return Optional.ofNullable(idByName.get(name))
                .map(byId::get)
                .flatMap(container -> Links.shownOf(container).stream()
                        .map(Link::parse)
                        .filter(link -> link.alias().equals(alias))
                        .findFirst())
                .map(link -> byId.get(link.target()));
    }

    Collection<Container> all() {
        return Collections.unmodifiableCollection(byId.values());
    }

    boolean isTaken(String name) {
        return idByName.containsKey(name);
    }

    /** Reserves a name for a container; a 409 in Docker's words where another has it. */
    void reserve(String name, String id) {
        String owner = idByName.putIfAbsent(name, id);
        if (owner != null && !owner.equals(id)) {
            throw WharfException.conflict("Conflict. The container name \"/" + name
                    + "\" is already in use by container \"" + owner
                    + "\". You have to remove (or rename) that container to be able to reuse that name.");
        }
    }

    /** Gives a reserved name back, unless it has become another's. */
    void release(String name, String id) {
        idByName.remove(name, id);
    }

    void add(Container container) {
        byId.put(container.id(), container);
        idByName.put(container.name(), container.id());
        index.add(container.id());
    }

    void remove(Container container) {
        byId.remove(container.id());
        index.remove(container.id());
        release(container.name(), container.id());
    }
}
