package io.wharf.base;

import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/** Finds full ids by unique prefix. Confined to its owner's context. */
public final class IdIndex {
    private final NavigableSet<String> ids = new TreeSet<>();

    public void add(String id) {
        ids.add(id);
    }

    public void remove(String id) {
        ids.remove(id);
    }

    /** The one id that begins so; none where there is none, a 400 in Docker's words where there are several. */
    public Optional<String> find(String prefix) {
        String first = prefix.isEmpty() ? null : ids.ceiling(prefix);
        if (first == null || !first.startsWith(prefix)) {
            return Optional.empty();
        }
        String second = ids.higher(first);
        if (second != null && second.startsWith(prefix) && !first.equals(prefix)) {
            throw WharfException.invalid("Multiple IDs found with provided prefix: " + prefix);
        }
        return Optional.of(first);
    }
}
