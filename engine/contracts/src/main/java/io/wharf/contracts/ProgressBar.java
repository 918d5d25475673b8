package io.wharf.contracts;

import java.util.Locale;

/** The bar beside a layer's name, as Docker's daemon writes it for clients that print it as it is. */
final class ProgressBar {
    private static final int CELLS = 50;
    private static final double STEP = 1000.0;
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

    private ProgressBar() {}

    static String text(long current, long total) {
        if (current <= 0 && total <= 0) {
            return "";
        }
        if (total <= 0) {
            return String.format(Locale.ROOT, "%8s", size(current));
        }
        int cells = (int) Math.min(CELLS, (double) current / total * 100 / 2);
        String counts = String.format(Locale.ROOT, "%8s", size(current));
        return "[" + "=".repeat(cells) + ">" + " ".repeat(CELLS - cells) + "] "
                + (current > total ? counts : counts + "/" + size(total));
    }

    /** Four digits at most, in powers of a thousand. */
    private static String size(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= STEP && unit < UNITS.length - 1) {
            value /= STEP;
            unit++;
        }
        String digits = new java.math.BigDecimal(value)
                .round(new java.math.MathContext(4))
                .stripTrailingZeros()
                .toPlainString();
        return digits + UNITS[unit];
    }
}
