package io.wharf.networking.firewall;

import io.wharf.base.WharfException;

/**
 * What the operator lets into all bridges.
 *
 * @param direct whether published ports are open at the containers' own addresses to everybody
 * @param mark of packets that may enter, or {@code mark/mask}, each decimal, octal or hexadecimal as Go reads it; or empty
 */
public record Openings(boolean direct, String mark) {
    /** Nothing beyond what networks ask for. */
    public static final Openings NONE = new Openings(false, "");

    /** The rule that lets marked packets in; empty for none. */
    String rule() {
        if (mark.isEmpty()) {
            return "";
        }
        int slash = mark.indexOf('/');
        String value = number("mark", slash < 0 ? mark : mark.substring(0, slash));
        return slash < 0
                ? "meta mark " + value + " accept"
                : "meta mark and " + number("mask", mark.substring(slash + 1)) + " == " + value + " accept";
    }

    private String number(String what, String text) {
        try {
            long number = text.startsWith("0") && text.length() > 1 && text.charAt(1) >= '0' && text.charAt(1) <= '9'
                    ? Long.parseLong(text, 8)
                    : Long.decode(text);
            if (number >= 0 && number <= 0xffff_ffffL && !text.startsWith("+") && !text.startsWith("#")) {
                return "0x" + Long.toHexString(number);
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw WharfException.invalid("invalid firewall " + what + " \"" + mark + "\"");
    }
}
