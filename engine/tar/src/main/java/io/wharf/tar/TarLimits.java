package io.wharf.tar;

import io.wharf.base.WharfException;
import java.util.Locale;
import java.util.Map;

/**
 * What an archive may ask for before it is refused: no honest one comes near.
 *
 * @param bytes of contents that come out of it
 * @param entries in it
 * @param nameBytes of one entry's path, or of a link's target
 * @param xattrBytes of all extended attributes of one entry
 * @param ratio how many bytes may come out of one packed byte, looked at beyond the first {@link #RATIO_FROM}
 */
public record TarLimits(long bytes, long entries, int nameBytes, int xattrBytes, int ratio) {
    private static final String REFUSED = "archive refused: ";

    /** Less than this is no bomb, however well it packs. */
    public static final long RATIO_FROM = 8L << 30;

    /** The kernel takes no longer path; gzip packs nothing but zeros a thousand times. */
    public static final TarLimits USUAL = new TarLimits(512L << 30, 10_000_000, 4095, 256 << 10, 1000);

    /** For what was let in before. */
    public static final TarLimits NONE =
            new TarLimits(Long.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);

    /** The usual ones with some of them set: {@code unpacked-size}, {@code entries}, {@code path-length}, … */
    public static TarLimits of(Map<String, String> given) {
        TarLimits limits = USUAL;
        for (var one : given.entrySet()) {
            long value = number(one.getKey(), one.getValue());
            limits = switch (one.getKey()) {
                case "unpacked-size" ->
                    new TarLimits(value, limits.entries, limits.nameBytes, limits.xattrBytes, limits.ratio);
                case "entries" -> new TarLimits(limits.bytes, value, limits.nameBytes, limits.xattrBytes, limits.ratio);
                case "path-length" ->
                    new TarLimits(limits.bytes, limits.entries, small(value), limits.xattrBytes, limits.ratio);
                case "xattr-size" ->
                    new TarLimits(limits.bytes, limits.entries, limits.nameBytes, small(value), limits.ratio);
                case "ratio" ->
                    new TarLimits(limits.bytes, limits.entries, limits.nameBytes, limits.xattrBytes, small(value));
                default ->
                    throw WharfException.invalid("unknown image limit \"" + one.getKey()
                            + "\": there are unpacked-size, entries, path-length, xattr-size and ratio");
            };
        }
        return limits;
    }

    private static int small(long value) {
        return (int) Math.min(value, Integer.MAX_VALUE);
    }

    /** A number, with k, m, g or t for powers of 1024. */
    private static long number(String name, String text) {
        String lower = text.strip().toLowerCase(Locale.ROOT);
        int unit = lower.isEmpty() ? -1 : "kmgt".indexOf(lower.charAt(lower.length() - 1));
        String digits = unit < 0 ? lower : lower.substring(0, lower.length() - 1);
        if (!digits.matches("[0-9]{1,9}") && !(unit < 0 && digits.matches("[0-9]{1,18}"))) {
            throw WharfException.invalid("invalid image limit " + name + "=" + text + ": a number is wanted");
        }
        long value = Long.parseLong(digits) << (10 * (unit + 1));
        if (value <= 0) {
            throw WharfException.invalid("invalid image limit " + name + "=" + text + ": it must be positive");
        }
        return value;
    }

    /** Refuses what is packed better than anything honest; {@code packed} bytes gave {@code plain}. */
    public void checkRatio(long packed, long plain) {
        if (plain > RATIO_FROM && plain / Math.max(1, packed) > ratio) {
            throw exceeded("it unpacks to more than " + ratio + " times its size", "ratio");
        }
    }

    static WharfException exceeded(String what, String limit) {
        return WharfException.invalid(REFUSED + what + " (image limit " + limit + ")");
    }

    /** Whether it was for one of these that an archive was not taken. */
    public static boolean isRefusal(Throwable failure) {
        return failure instanceof WharfException
                && String.valueOf(failure.getMessage()).startsWith(REFUSED);
    }

    /** What one archive has asked for so far. */
    static final class Count {
        private final TarLimits limits;
        private long bytes;
        private long entries;

        Count(TarLimits limits) {
            this.limits = limits;
        }

        void entry(TarEntry entry) {
            entries++;
            bytes += entry.stored();
            if (entries > limits.entries) {
                throw exceeded("it has more than " + limits.entries + " entries", "entries");
            }
            if (bytes > limits.bytes || bytes < 0) {
                throw exceeded("its files have more than " + limits.bytes + " bytes", "unpacked-size");
            }
            // Characters, of which none takes more bytes than this reckons with.
            if (entry.name().length() > limits.nameBytes || entry.link().length() > limits.nameBytes) {
                throw exceeded("a path in it is longer than " + limits.nameBytes, "path-length");
            }
            if (!entry.xattrs().isEmpty()) {
                long xattrs = 0;
                for (var one : entry.xattrs().entrySet()) {
                    xattrs += one.getKey().length() + one.getValue().length;
                }
                if (xattrs > limits.xattrBytes) {
                    throw exceeded(
                            "the extended attributes of " + entry.name() + " have more than " + limits.xattrBytes
                                    + " bytes",
                            "xattr-size");
                }
            }
        }
    }
}
