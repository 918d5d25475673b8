package io.wharf.networking.dns;

import io.netty.buffer.ByteBuf;

/** Numbers of RFC 1035 and its successors: where what stands in a message, and what the values mean. */
final class Message {
    static final int HEADER_BYTES = 12;
    static final int FLAGS = 2;
    static final int QUESTIONS = 4;
    static final int ANSWERS = 6;
    static final int AUTHORITIES = 8;
    static final int ADDITIONALS = 10;

    static final int RESPONSE = 0x8000;
    static final int OPCODE = 0x7800;
    static final int TRUNCATED = 0x0200;
    static final int RECURSION_DESIRED = 0x0100;
    static final int RECURSION_AVAILABLE = 0x0080;
    static final int CHECKING_DISABLED = 0x0010;
    private static final int RCODE = 0x000f;

    static final int NO_ERROR = 0;
    static final int FORMAT_ERROR = 1;
    static final int SERVER_FAILURE = 2;
    static final int NO_SUCH_NAME = 3;
    static final int NOT_IMPLEMENTED = 4;
    static final int REFUSED = 5;

    static final int A = 1;
    static final int PTR = 12;
    static final int AAAA = 28;
    static final int OPT = 41;

    static final int INTERNET = 1;
    static final int ANY_CLASS = 255;

    /** What fits into a UDP answer for a caller who does not say more. */
    static final int PLAIN_UDP = 512;
    /** What our own answers never exceed by UDP, whatever the caller takes: larger ones come in fragments. */
    static final int LARGEST_UDP = 4096;

    static final int LONGEST_NAME = 255;
    static final int LONGEST_LABEL = 63;
    static final int POINTER = 0xc0;

    private Message() {}

    static int rcode(ByteBuf message) {
        return message.getUnsignedShort(message.readerIndex() + FLAGS) & RCODE;
    }

    static boolean isTruncated(ByteBuf message) {
        return (message.getUnsignedShort(message.readerIndex() + FLAGS) & TRUNCATED) != 0;
    }

    static int count(ByteBuf message, int section) {
        return message.getUnsignedShort(message.readerIndex() + section);
    }

    /**
     * Where the name that begins at an index ends, compressed or not; -1 where it does not. Pointers are not followed, so
     * that none can lead in a circle.
     */
    static int endOfName(ByteBuf message, int index) {
        int at = index;
        while (at < message.writerIndex()) {
            int length = message.getUnsignedByte(at);
            if (length == 0) {
                return at + 1;
            }
            if ((length & POINTER) == POINTER) {
                return at + 2 <= message.writerIndex() ? at + 2 : -1;
            }
            if ((length & POINTER) != 0 || at - index > LONGEST_NAME) {
                return -1;
            }
            at += 1 + length;
        }
        return -1;
    }
}
