package io.wharf.networking.vlan;

import io.wharf.base.WharfException;
import io.wharf.linux.Sublink.Kind;
import java.util.Map;
import java.util.Objects;

/**
 * The options of a network on a link of the host, read and checked.
 *
 * @param parent name of that link
 * @param dummy whether nobody named one, and it leads nowhere
 * @param mode number of the mode, as the kernel has it; {@code flag} likewise, of ipvlan
 * @param passthru whether the parent is one container's alone
 * @param routed whether the parent routes for its containers, which then need no gateway
 */
public record ParentOptions(
        Kind kind, String parent, boolean dummy, int mode, int flag, boolean passthru, boolean routed) {
    public static final String PARENT = "parent";

    private static final String MACVLAN_MODE = "macvlan_mode";
    private static final String IPVLAN_MODE = "ipvlan_mode";
    private static final String IPVLAN_FLAG = "ipvlan_flag";
    private static final Map<String, Integer> MACVLAN_MODES =
            Map.of("private", 1, "vepa", 2, "bridge", 4, "passthru", 8);
    private static final Map<String, Integer> IPVLAN_MODES = Map.of("l2", 0, "l3", 1, "l3s", 2);
    private static final Map<String, Integer> IPVLAN_FLAGS = Map.of("bridge", 0, "private", 1, "vepa", 2);
    private static final int DIGITS = 12;

    /** Reads the options of the network with this id. */
    public static ParentOptions of(Kind kind, String id, Map<String, String> options) {
        String named = options.getOrDefault(PARENT, "");
        if (named.equals("lo")) {
            throw WharfException.invalid("loopback interface is not a valid " + kind + " parent link");
        }
        String parent = named.isEmpty() ? "dm-" + id.substring(0, Math.min(DIGITS, id.length())) : named;
        return switch (kind) {
            case MACVLAN -> {
                String mode = options.getOrDefault(MACVLAN_MODE, "");
                int number = number(
                        MACVLAN_MODES,
                        mode,
                        "bridge",
                        "requested macvlan mode '" + mode
                                + "' is not valid, 'bridge' mode is the macvlan driver default");
                yield new ParentOptions(kind, parent, named.isEmpty(), number, 0, mode.equals("passthru"), false);
            }
            case IPVLAN -> {
                String mode = options.getOrDefault(IPVLAN_MODE, "");
                String flag = options.getOrDefault(IPVLAN_FLAG, "");
                int number = number(
                        IPVLAN_MODES,
                        mode,
                        "l2",
                        "requested ipvlan mode '" + mode + "' is not valid, 'l2' mode is the ipvlan driver default");
                int way = number(
                        IPVLAN_FLAGS,
                        flag,
                        "bridge",
                        "requested ipvlan flag '" + flag + "' is not valid, 'bridge' is the ipvlan driver default");
                yield new ParentOptions(kind, parent, named.isEmpty(), number, way, false, number != 0);
            }
        };
    }

    private static int number(Map<String, Integer> words, String word, String usual, String otherwise) {
        Integer number = words.get(word.isEmpty() ? usual : word);
        if (number == null) {
            throw WharfException.invalid(otherwise);
        }
        return Objects.requireNonNull(number);
    }
}
