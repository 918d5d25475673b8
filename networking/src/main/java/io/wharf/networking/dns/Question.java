package io.wharf.networking.dns;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What a query asks.
 *
 * @param id chosen by the caller
 * @param flags the header's
 * @param name in lower case, without the last dot; empty for the root
 * @param end offset of the first byte behind the question
 * @param edns whether the caller knows RFC 6891
 * @param udpBytes how long a UDP answer may be
 */
record Question(int id, int flags, String name, int type, int kind, int end, boolean edns, int udpBytes) {
    private static final int TYPE_AND_CLASS = 4;
    private static final int LONGEST_LABEL = 63;
    private static final int RECORD_BYTES = 10;
    private static final int LENGTH_OFFSET = 8;
    /** A query has one for its size, and one for its signature. */
    private static final int MOST_ADDITIONALS = 4;

    /** Whether this is a query with one question, at all; others are not read. */
    static boolean isAsked(ByteBuf query) {
        int flags = query.getUnsignedShort(query.readerIndex() + Message.FLAGS);
        return (flags & Message.OPCODE) == 0 && Message.count(query, Message.QUESTIONS) == 1;
    }

    /**
     * Reads header and question, and nothing else but the caller's size. By hand: a container may ask a hundred thousand
     * times a second, and of each message three fields matter.
     *
     * @param query with a whole header
     * @param scratch room for a name
     * @return null for a malformed one
     */
    static @Nullable Question read(ByteBuf query, byte[] scratch) {
        int at = query.readerIndex() + Message.HEADER_BYTES;
        int limit = query.writerIndex();
        int length = 0;
        while (true) {
            if (at >= limit) {
                return null;
            }
            int label = query.getByte(at++);
            if (label == 0) {
                break;
            }
            // Nothing stands before a question's name, so a pointer could only lead astray; its two bits make it
            // negative.
            if (label < 0 || label > LONGEST_LABEL || at + label > limit) {
                return null;
            }
            if (length + label + 1 >= Message.LONGEST_NAME) {
                return null;
            }
            if (length > 0) {
                scratch[length++] = '.';
            }
            for (int i = 0; i < label; i++) {
                byte c = query.getByte(at++);
                scratch[length++] = c >= 'A' && c <= 'Z' ? (byte) (c | ' ') : c;
            }
        }
        if (at + TYPE_AND_CLASS > limit) {
            return null;
        }
        int udpBytes = udpBytes(query, at + TYPE_AND_CLASS);
        return new Question(
                query.getUnsignedShort(query.readerIndex()),
                query.getUnsignedShort(query.readerIndex() + Message.FLAGS),
                text(scratch, length),
                query.getUnsignedShort(at),
                query.getUnsignedShort(at + 2),
                at + TYPE_AND_CLASS - query.readerIndex(),
                udpBytes >= 0,
                Math.max(Message.PLAIN_UDP, udpBytes));
    }

    @SuppressWarnings("deprecation") // The one way to make a Latin-1 string that looks at each byte once.
    private static String text(byte[] bytes, int length) {
        return new String(bytes, 0, 0, length);
    }

    /** The size in an OPT record; -1 where there is none that can be found. */
    private static int udpBytes(ByteBuf query, int from) {
        int count = Message.count(query, Message.ADDITIONALS);
        if (count == 0
                || count > MOST_ADDITIONALS
                || Message.count(query, Message.ANSWERS) != 0
                || Message.count(query, Message.AUTHORITIES) != 0) {
            return -1;
        }
        int at = from;
        for (int i = 0; i < count; i++) {
            int end = Message.endOfName(query, at);
            if (end < 0 || end + RECORD_BYTES > query.writerIndex()) {
                return -1;
            }
            if (query.getUnsignedShort(end) == Message.OPT) {
                return query.getUnsignedShort(end + 2);
            }
            at = end + RECORD_BYTES + query.getUnsignedShort(end + LENGTH_OFFSET);
        }
        return -1;
    }

    boolean isInternet() {
        return kind == Message.INTERNET || kind == Message.ANY_CLASS;
    }

    /** Whether a name of one word is asked for an address. */
    boolean isBareName() {
        return (type == Message.A || type == Message.AAAA) && name.indexOf('.') < 0;
    }
}
