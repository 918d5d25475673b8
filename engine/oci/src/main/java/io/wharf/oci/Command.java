package io.wharf.oci;

import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a container runs, as inspect shows it.
 *
 * @param path the program, by path or by name
 */
public record Command(String path, List<String> args) {
    public Command {
        args = List.copyOf(args);
    }

    /** Entrypoint and command of a complete config, one after the other. */
    public static Command of(ContainerConfig config) {
        List<String> all = new ArrayList<>(words(config.entrypoint()));
        all.addAll(words(config.cmd()));
        if (all.isEmpty()) {
            throw WharfException.invalid("no command specified");
        }
        return new Command(all.getFirst(), all.subList(1, all.size()));
    }

    static List<String> words(@Nullable List<String> list) {
        return list == null ? List.of() : list;
    }
}
