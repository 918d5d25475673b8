package io.wharf.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Writes one netlink request: header, fixed part and attributes, all in the host's byte order and aligned to 4. */
final class NetlinkMessage {
    static final int HEADER_BYTES = 16;
    static final int NLM_F_REQUEST = 1;
    static final int NLM_F_ACK = 4;
    static final int NLM_F_DUMP = 0x300;
    static final int NLM_F_EXCL = 0x200;
    static final int NLM_F_CREATE = 0x400;

    private static final int CAPACITY = 1024;
    private static final int NLA_F_NESTED = 0x8000;

    private final ByteBuffer buffer = ByteBuffer.allocate(CAPACITY).order(ByteOrder.nativeOrder());

    NetlinkMessage(int type, int flags) {
        buffer.putInt(0).putShort((short) type).putShort((short) (flags | NLM_F_REQUEST));
        buffer.putInt(0).putInt(0);
    }

    /** struct ifinfomsg. */
    NetlinkMessage link(int family, int index, int flags, int change) {
        buffer.put((byte) family).put((byte) 0).putShort((short) 0);
        buffer.putInt(index).putInt(flags).putInt(change);
        return this;
    }

    /** Plain bytes of a fixed part. */
    NetlinkMessage bytes(int... values) {
        for (var value : values) {
            buffer.put((byte) value);
        }
        return this;
    }

    /** Attributes that were written before. */
    NetlinkMessage raw(byte[] value) {
        buffer.put(value);
        align();
        return this;
    }

    NetlinkMessage word(int value) {
        buffer.putInt(value);
        return this;
    }

    NetlinkMessage attribute(int type, byte[] value) {
        buffer.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        align();
        return this;
    }

    NetlinkMessage attribute(int type, int value) {
        buffer.putShort((short) 8).putShort((short) type).putInt(value);
        return this;
    }

    NetlinkMessage attribute(int type, String value) {
        return attribute(type, (value + "\0").getBytes(StandardCharsets.UTF_8));
    }

    NetlinkMessage nested(int type, Consumer<NetlinkMessage> content) {
        return nest(type | NLA_F_NESTED, content);
    }

    /** Nested without the flag, which some old attributes do not want. */
    NetlinkMessage nest(int type, Consumer<NetlinkMessage> content) {
        var start = buffer.position();
        buffer.putShort((short) 0).putShort((short) type);
        content.accept(this);
        buffer.putShort(start, (short) (buffer.position() - start));
        return this;
    }

    private void align() {
        while (buffer.position() % 4 != 0) {
            buffer.put((byte) 0);
        }
    }

    /** The finished request. */
    ByteBuffer finish(int sequence) {
        buffer.putInt(0, buffer.position()).putInt(8, sequence);
        return buffer.duplicate().flip();
    }
}
