package io.wharf.files;

/** Names for JSON, which has no place for bytes that are no UTF-8. */
final class Printable {
    private Printable() {}

    /** The name with U+FFFD for each such byte, as Go writes it. */
    static String text(String name) {
        boolean plain = true;
        for (int i = 0; i < name.length() && plain; i++) {
            plain = !isEscape(name.charAt(i));
        }
        if (plain) {
            return name;
        }
        StringBuilder text = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean low = i > 0 && Character.isHighSurrogate(name.charAt(i - 1));
            text.append(isEscape(c) && !low ? '\uFFFD' : c);
        }
        return text.toString();
    }

    private static boolean isEscape(char c) {
        return c >= 0xDC80 && c <= 0xDCFF;
    }
}
