package io.wharf.contracts;

import io.wharf.base.WharfException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How images look after the disk: {@code daemon.json}'s {@code image-space}.
 *
 * @param blobs what becomes of the packed bytes that layers were pulled in
 * @param idleMillis how long no work with images has been done before blobs are made smaller
 * @param high where the collector begins, null for never
 * @param low how far it then goes
 * @param everyMillis how often the collector looks
 */
public record ImageSpaceOptions(
        Blobs blobs,
        long idleMillis,
        @Nullable Mark high,
        @Nullable Mark low,
        long everyMillis) {
    public static final long IDLE_MILLIS = 60_000;
    public static final long EVERY_MILLIS = 60_000;
    /** Of an engine that nobody configured. */
    public static final ImageSpaceOptions USUAL =
            new ImageSpaceOptions(Blobs.COMPACT, IDLE_MILLIS, null, null, EVERY_MILLIS);

    /** What becomes of packed bytes. */
    public enum Blobs {
        /** Those that can be made again from the unpacked layer, byte by byte, are dropped. */
        COMPACT,
        /** All are kept. */
        KEEP,
        /** All are dropped, and what cannot be made again gets another digest at its next push. */
        DROP;

        public static Blobs parse(String text) {
            return switch (text) {
                case "compact" -> COMPACT;
                case "keep" -> KEEP;
                case "drop" -> DROP;
                default ->
                    throw WharfException.invalid(
                            "invalid image-space.blobs \"" + text + "\": compact, keep and drop are there");
            };
        }
    }

    public ImageSpaceOptions {
        if ((high == null) != (low == null)) {
            throw WharfException.invalid("image-space wants both, high and low, or none");
        }
        if (high != null && low != null && (high.percent() != low.percent() || !low.isBelow(high))) {
            throw WharfException.invalid("image-space: low " + low + " must leave more room than high " + high);
        }
    }

    /**
     * How full the disk may be.
     *
     * @param percent whether {@code value} is the part of the disk that is used, in percent; else it is bytes that are free
     */
    public record Mark(long value, boolean percent) {
        private static final Pattern FORM = Pattern.compile("([0-9]{1,15})\\s*(%|b|k|kb|m|mb|g|gb|t|tb)?");

        /** {@code 85%} of the disk used, or {@code 10GB} free. */
        public static Mark parse(String text) {
            Matcher parts = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
            if (!parts.matches()) {
                throw WharfException.invalid(
                        "invalid mark \"" + text + "\": a percentage that is used or bytes that are free are wanted");
            }
            long value = Long.parseLong(parts.group(1));
            String unit = parts.group(2) == null ? "b" : parts.group(2);
            if (unit.equals("%")) {
                if (value > 100) {
                    throw WharfException.invalid("invalid mark \"" + text + "\": more than 100%");
                }
                return new Mark(value, true);
            }
            int power = "bkmgt".indexOf(unit.charAt(0));
            return new Mark(Math.multiplyExact(value, pow(power)), false);
        }

        private static long pow(int power) {
            long bytes = 1;
            for (int i = 0; i < power; i++) {
                bytes *= 1000;
            }
            return bytes;
        }

        /** How many more bytes must be free than are, 0 where it is met. */
        public long missing(long total, long available) {
            long wanted = percent ? total - total / 100 * value : value;
            return Math.max(0, wanted - available);
        }

        boolean isBelow(Mark high) {
            return percent ? value < high.value : value > high.value;
        }

        @Override
        public String toString() {
            return percent ? value + "%" : value + " bytes";
        }
    }
}
