package io.wharf.logs;

/** Where characters begin and end in bytes that may be UTF-8. Source: RFC 3629. */
final class Utf8 {
    private Utf8() {}

    /** How many bytes the character has that begins here; 0 for what is none, -1 where its end is cut off. */
    static int length(byte[] text, int at, int end) {
        int first = text[at] & 0xff;
        if (first < 0x80) {
            return 1;
        }
        int length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
        if (first < 0xc2 || first > 0xf4) {
            return 0;
        }
        if (end - at < 2) {
            return -1;
        }
        int second = text[at + 1] & 0xff;
        // No overlong forms, no surrogates, nothing beyond U+10FFFF.
        int least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        int most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
        if (second < least || second > most) {
            return 0;
        }
        for (int i = 2; i < length; i++) {
            if (at + i >= end) {
                return -1;
            }
            if ((text[at + i] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return length;
    }

    /** How many bytes at the end begin a character whose end is cut off. */
    static int cutOff(byte[] text, int from, int end) {
        for (int back = 1; back <= 3 && end - back >= from; back++) {
            int octet = text[end - back] & 0xff;
            if (octet < 0x80) {
                return 0;
            }
            if (octet >= 0xc0) {
                return length(text, end - back, end) == -1 ? back : 0;
            }
        }
        return 0;
    }
}
