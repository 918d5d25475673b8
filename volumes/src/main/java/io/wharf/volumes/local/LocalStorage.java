package io.wharf.volumes.local;

import io.wharf.base.ByteSize;
import io.wharf.base.WharfException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What a volume of the local driver is made of, as its options have it. */
sealed interface LocalStorage {
    /** Ours: how a size is held where neither quotas of projects nor subvolumes do; {@code loop} is the one value. */
    String QUOTA = "wharf.quota";

    /** Ours: how many files and folders there may be. */
    String INODES = "wharf.inodes";

    Set<String> KNOWN = Set.of("type", "o", "device", "size", QUOTA, INODES);
    Map<String, List<String>> NEEDS =
            Map.of("device", List.of("type"), "type", List.of("device"), "o", List.of("device", "type"));

    /** A folder like any other. */
    record Folder() implements LocalStorage {}

    /**
     * A folder whose size the file system limits.
     *
     * @param inodes 0 for any number
     */
    record LimitedFolder(long bytes, long inodes) implements LocalStorage {}

    /** A file with a file system of this size in it. */
    record LoopFile(long bytes, long inodes) implements LocalStorage {}

    /**
     * Something that mount(8) could mount.
     *
     * @param options flags and the file system's own, separated by commas
     */
    record Mounted(String device, String type, String options) implements LocalStorage {}

    /** Reads the options; refuses in Docker's words. */
    static LocalStorage of(Map<String, String> options) {
        for (String option : new TreeSet<>(options.keySet())) {
            if (!KNOWN.contains(option)) {
                throw WharfException.invalid("invalid option: \"" + option + "\"");
            }
        }
        String type = options.getOrDefault("type", "");
        String device = options.getOrDefault("device", "");
        if (type.equals("cifs") && hasPort(device)) {
            throw WharfException.invalid("port not allowed in CIFS device URL, include 'port' in 'o='");
        }
        long size = options.containsKey("size") ? ByteSize.parse(options.get("size")) : 0;
        for (String option : List.of("device", "type", "o")) {
            for (String needed :
                    options.containsKey(option) ? NEEDS.getOrDefault(option, List.of()) : List.<String>of()) {
                if (!options.containsKey(needed)) {
                    throw WharfException.invalid("missing required option: \"" + needed + "\"");
                }
            }
        }
        return type.isEmpty() && device.isEmpty() ? folder(options, size) : mounted(options, size);
    }

    private static boolean hasPort(String device) {
        String host = MountDevice.host(device);
        return host.substring(host.indexOf(']') + 1).contains(":");
    }

    private static LocalStorage mounted(Map<String, String> options, long size) {
        if (size > 0 || options.containsKey(QUOTA) || options.containsKey(INODES)) {
            throw WharfException.invalid(
                    "\"size\", \"" + QUOTA + "\" and \"" + INODES + "\" limit volumes that lie in the"
                            + " data root, and this one is mounted from elsewhere: where its file system knows a limit, it"
                            + " belongs into \"o\", as o=size=64m for type=tmpfs");
        }
        return new Mounted(
                options.getOrDefault("device", ""), options.getOrDefault("type", ""), options.getOrDefault("o", ""));
    }

    private static LocalStorage folder(Map<String, String> options, long size) {
        long inodes = inodes(options);
        String quota = options.get(QUOTA);
        if (quota == null) {
            return size == 0 && inodes == 0 ? new Folder() : new LimitedFolder(size, inodes);
        }
        if (!quota.equals("loop")) {
            throw WharfException.invalid(
                    "invalid value for option \"" + QUOTA + "\": \"" + quota + "\": it is \"loop\" or left out");
        }
        if (size == 0) {
            throw WharfException.invalid("missing required option: \"size\"");
        }
        return new LoopFile(size, inodes);
    }

    private static long inodes(Map<String, String> options) {
        String text = options.get(INODES);
        if (text == null) {
            return 0;
        }
        if (!text.matches("[0-9]{1,15}")) {
            throw WharfException.invalid("invalid value for option \"" + INODES + "\": \"" + text + "\" is no number");
        }
        return Long.parseLong(text);
    }
}
