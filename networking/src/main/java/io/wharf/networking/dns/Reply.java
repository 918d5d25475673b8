package io.wharf.networking.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/** Writes answers of our own: a header, the question as it came, and records. */
final class Reply {
    private static final int OPT_BYTES = 11;
    /** What we take by UDP, as RFC 6891 has us say: what passes every link in one piece. */
    private static final int OWN_UDP = 1232;

    private static final int POINTER_HEAD_BYTES = 12;

    private final ByteBufAllocator allocator;

    Reply(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** An answer without records. */
    ByteBuf empty(ByteBuf query, Question question, int rcode) {
        ByteBuf reply = begin(query, question, rcode, 0);
        return end(reply, question);
    }

    /**
     * Address records, each time from another one on, so that callers who take the first spread over all; marked as
     * truncated where not all fit.
     */
    ByteBuf addresses(ByteBuf query, Question question, byte[][] records, int limit) {
        if (records.length == 0) {
            return empty(query, question, Message.NO_ERROR);
        }
        int room = limit - question.end() - (question.edns() ? OPT_BYTES : 0);
        int count = Math.min(records.length, room / records[0].length);
        ByteBuf reply = begin(query, question, Message.NO_ERROR, count * records[0].length);
        int at = records.length == 1 ? 0 : ThreadLocalRandom.current().nextInt(records.length);
        for (int i = 0; i < count; i++) {
            reply.writeBytes(records[at]);
            at = at + 1 == records.length ? 0 : at + 1;
        }
        reply.setShort(Message.ANSWERS, count);
        if (count < records.length) {
            truncated(reply);
        }
        return end(reply, question);
    }

    /** The name of an address; where it can be none in DNS, as containers and networks may be called, there is none. */
    ByteBuf name(ByteBuf query, Question question, String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        if (!isName(text)) {
            return empty(query, question, Message.NO_SUCH_NAME);
        }
        ByteBuf reply = begin(query, question, Message.NO_ERROR, POINTER_HEAD_BYTES + text.length + 2);
        reply.writeShort(Addresses.NAME_OF_QUESTION);
        reply.writeShort(Message.PTR);
        reply.writeShort(Message.INTERNET);
        reply.writeInt(Addresses.TTL_SECONDS);
        reply.writeShort(text.length + 2);
        int label = 0;
        for (int at = 0; at <= text.length; at++) {
            if (at == text.length || text[at] == '.') {
                reply.writeByte(at - label);
                reply.writeBytes(text, label, at - label);
                label = at + 1;
            }
        }
        reply.writeByte(0);
        reply.setShort(Message.ANSWERS, 1);
        return end(reply, question);
    }

    private static boolean isName(byte[] text) {
        int label = 0;
        for (int at = 0; at <= text.length; at++) {
            if (at == text.length || text[at] == '.') {
                if (at == label || at - label > Message.LONGEST_LABEL) {
                    return false;
                }
                label = at + 1;
            }
        }
        return text.length + 2 <= Message.LONGEST_NAME;
    }

    /** An answer to what could not be read: the header alone. */
    ByteBuf refusal(ByteBuf query, int rcode) {
        int flags = query.getUnsignedShort(query.readerIndex() + Message.FLAGS);
        ByteBuf reply = allocator.directBuffer(Message.HEADER_BYTES);
        reply.writeShort(query.getUnsignedShort(query.readerIndex()));
        reply.writeShort(Message.RESPONSE | (flags & (Message.OPCODE | Message.RECURSION_DESIRED)) | rcode);
        return reply.writeZero(Message.HEADER_BYTES - Message.QUESTIONS);
    }

    static void truncated(ByteBuf reply) {
        int at = reply.readerIndex() + Message.FLAGS;
        reply.setShort(at, reply.getUnsignedShort(at) | Message.TRUNCATED);
    }

    private ByteBuf begin(ByteBuf query, Question question, int rcode, int records) {
        ByteBuf reply = allocator.directBuffer(question.end() + records + OPT_BYTES);
        reply.writeBytes(query, query.readerIndex(), question.end());
        int kept = question.flags() & (Message.RECURSION_DESIRED | Message.CHECKING_DISABLED);
        reply.setShort(Message.FLAGS, Message.RESPONSE | Message.RECURSION_AVAILABLE | kept | rcode);
        reply.setShort(Message.ANSWERS, 0);
        reply.setShort(Message.AUTHORITIES, 0);
        reply.setShort(Message.ADDITIONALS, 0);
        return reply;
    }

    /** Who says that it knows larger messages hears that we do. */
    private static ByteBuf end(ByteBuf reply, Question question) {
        if (question.edns()) {
            reply.writeByte(0);
            reply.writeShort(Message.OPT);
            reply.writeShort(OWN_UDP);
            reply.writeZero(OPT_BYTES - 5);
            reply.setShort(Message.ADDITIONALS, 1);
        }
        return reply;
    }
}
