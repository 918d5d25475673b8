package io.wharf.networking.dns;

import io.netty.buffer.ByteBuf;

/** Shortens a message to a size, at the end of a record. */
final class Cut {
    private static final int TYPE_AND_CLASS = 4;
    private static final int RECORD_BYTES = 10;
    private static final int LENGTH_OFFSET = 8;

    private Cut() {}

    /**
     * Leaves as many records as fit. Where an answer is missing then the message counts as truncated; what was added beside
     * the answers may be missing silently (RFC 2181).
     *
     * @return false for a message that is no such thing
     */
    static boolean to(ByteBuf message, int limit) {
        if (message.readableBytes() <= limit) {
            return true;
        }
        int start = message.readerIndex();
        int at = start + Message.HEADER_BYTES;
        for (int i = Message.count(message, Message.QUESTIONS); i > 0; i--) {
            at = Message.endOfName(message, at);
            if (at < 0 || at + TYPE_AND_CLASS > message.writerIndex()) {
                return false;
            }
            at += TYPE_AND_CLASS;
        }
        if (at - start > limit) {
            return false;
        }
        boolean full = false;
        for (int section = Message.ANSWERS; section <= Message.ADDITIONALS; section += 2) {
            int count = Message.count(message, section);
            int kept = 0;
            while (!full && kept < count) {
                int end = endOfRecord(message, at);
                if (end < 0) {
                    return false;
                }
                full = end - start > limit;
                if (!full) {
                    at = end;
                    kept++;
                }
            }
            message.setShort(start + section, kept);
            if (kept < count && section != Message.ADDITIONALS) {
                Reply.truncated(message);
            }
        }
        message.writerIndex(at);
        return true;
    }

    private static int endOfRecord(ByteBuf message, int index) {
        int name = Message.endOfName(message, index);
        if (name < 0 || name + RECORD_BYTES > message.writerIndex()) {
            return -1;
        }
        int end = name + RECORD_BYTES + message.getUnsignedShort(name + LENGTH_OFFSET);
        return end <= message.writerIndex() ? end : -1;
    }
}
