package io.wharf.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The attributes of one netlink answer, or of one nested in it, by their types. */
final class NetlinkAttributes {
    private static final int TYPE_MASK = 0x3fff;

    private final Map<Integer, ByteBuffer> values = new HashMap<>();

    NetlinkAttributes(ByteBuffer content) {
        var in = content.slice().order(ByteOrder.nativeOrder());
        while (in.remaining() >= 4) {
            var start = in.position();
            var length = in.getShort() & 0xffff;
            var type = in.getShort() & TYPE_MASK;
            if (length < 4 || start + length > in.limit()) {
                return;
            }
            values.put(type, in.slice(start + 4, length - 4).order(ByteOrder.nativeOrder()));
            in.position(Math.min(in.limit(), start + ((length + 3) & ~3)));
        }
    }

    int word(int type, int otherwise) {
        var value = values.get(type);
        return value == null || value.remaining() < 4 ? otherwise : value.getInt(0);
    }

    Optional<String> text(int type) {
        return bytes(type).map(bytes -> {
            var end = 0;
            while (end < bytes.length && bytes[end] != 0) {
                end++;
            }
            return new String(bytes, 0, end, StandardCharsets.UTF_8);
        });
    }

    Optional<byte[]> bytes(int type) {
        return buffer(type).map(value -> {
            var bytes = new byte[value.remaining()];
            value.duplicate().get(bytes);
            return bytes;
        });
    }

    Optional<ByteBuffer> buffer(int type) {
        return Optional.ofNullable(values.get(type));
    }

    Optional<NetlinkAttributes> nested(int type) {
        return buffer(type).map(NetlinkAttributes::new);
    }
}
