package io.wharf.base;

import java.util.List;

/**
 * The tables of one owner, as the list of steps that made them; a step once released is never changed.
 *
 * @param owner the room that alone writes these tables
 * @param steps SQL scripts; the version of an owner's tables is how many of them have run
 */
public record Schema(String owner, List<String> steps) {
    public Schema {
        steps = List.copyOf(steps);
    }
}
