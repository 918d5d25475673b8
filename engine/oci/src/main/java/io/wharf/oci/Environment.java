package io.wharf.oci;

import io.wharf.contracts.ContainerConfig;
import java.util.ArrayList;
import java.util.List;

/** The environment of a container's processes: what is always there, overridden by what was asked for. */
final class Environment {
    static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private Environment() {}

    /** That of a container's first process, and the base of all others. */
    public static List<String> of(ContainerConfig config, boolean tty) {
        List<String> base = new ArrayList<>();
        base.add("PATH=" + DEFAULT_PATH);
        base.add("HOSTNAME=" + config.hostname());
        if (tty) {
            base.add("TERM=xterm");
        }
        return over(base, config.env());
    }

    /** Overrides by name, in place; a name without {@code =} takes the variable away. */
    static List<String> over(List<String> base, List<String> overrides) {
        List<String> result = new ArrayList<>(base);
        for (String entry : overrides) {
            String name = name(entry);
            int at = indexOf(result, name);
            if (entry.indexOf('=') < 0) {
                if (at >= 0) {
                    result.remove(at);
                }
            } else if (at >= 0) {
                result.set(at, entry);
            } else {
                result.add(entry);
            }
        }
        return result;
    }

    static String name(String entry) {
        int equals = entry.indexOf('=');
        return equals < 0 ? entry : entry.substring(0, equals);
    }

    private static int indexOf(List<String> entries, String name) {
        for (int i = 0; i < entries.size(); i++) {
            if (name(entries.get(i)).equals(name)) {
                return i;
            }
        }
        return -1;
    }
}
