package io.wharf.base;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Makes and recognises the 64 hexadecimal digits that name containers, networks and execs. */
public final class Ids {
    /** Digits that {@code docker ps} shows. */
    public static final int SHORT = 12;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Pattern FULL = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern DECIMAL = Pattern.compile("[0-9]+");
    private static final Pattern PREFIX = Pattern.compile("[0-9a-f]{1,64}");

    private Ids() {}

    /** A new id whose short form is never a plain number, which tools would take for one. */
    public static String random() {
        byte[] bytes = new byte[32];
        while (true) {
            RANDOM.nextBytes(bytes);
            String id = HexFormat.of().formatHex(bytes);
            if (!DECIMAL.matcher(id.substring(0, SHORT)).matches()) {
                return id;
            }
        }
    }

    public static boolean isFull(String text) {
        return FULL.matcher(text).matches();
    }

    public static boolean couldBePrefix(String text) {
        return PREFIX.matcher(text).matches();
    }

    public static String shortOf(String id) {
        return id.length() <= SHORT ? id : id.substring(0, SHORT);
    }
}
