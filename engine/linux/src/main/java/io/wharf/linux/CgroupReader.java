package io.wharf.linux;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads the files of a cgroup. */
final class CgroupReader {
    private final CgroupHierarchies hierarchies;
    private final String path;

    CgroupReader(CgroupHierarchies hierarchies, String path) {
        this.hierarchies = hierarchies;
        this.path = path;
    }

    Optional<String> read(String controller, String file) {
        return hierarchies.of(controller).flatMap(tree -> SmallFiles.readIfPresent(tree.folder(path) + "/" + file));
    }

    /** A file of lines of a name and a number. */
    Map<String, Long> table(String controller, String file) {
        var values = new LinkedHashMap<String, Long>();
        for (var line : read(controller, file).orElse("").split("\n")) {
            var space = line.indexOf(' ');
            if (space > 0) {
                values.put(
                        line.substring(0, space),
                        Long.parseUnsignedLong(line.substring(space + 1).strip()));
            }
        }
        return values;
    }
}
