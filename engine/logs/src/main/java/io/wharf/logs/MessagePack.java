package io.wharf.logs;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes the part of MessagePack that the forward protocol needs, each value in its shortest form. */
final class MessagePack {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);

    MessagePack array(int size) {
        return header(size, 0x90, 15, 0xdc);
    }

    MessagePack map(int size) {
        return header(size, 0x80, 15, 0xde);
    }

    MessagePack text(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        return text(bytes, 0, bytes.length);
    }

    /** Bytes as text, whether they are UTF-8 or not: receivers take lines as they come. */
    MessagePack text(byte[] bytes, int offset, int length) {
        if (length < 32) {
            out.write(0xa0 | length);
        } else if (length < 0x100) {
            out.write(0xd9);
            out.write(length);
        } else if (length < 0x10000) {
            out.write(0xda);
            number(length, 2);
        } else {
            out.write(0xdb);
            number(length, 4);
        }
        out.write(bytes, offset, length);
        return this;
    }

    /** An integer that is not negative. */
    MessagePack integer(long value) {
        if (value < 0x80) {
            out.write((int) value);
        } else if (value <= 0xffff_ffffL) {
            out.write(0xce);
            number(value, 4);
        } else {
            out.write(0xcf);
            number(value, 8);
        }
        return this;
    }

    /** The forward protocol's EventTime: extension 0 of eight bytes, seconds and nanoseconds. */
    MessagePack eventTime(long nanos) {
        out.write(0xd7);
        out.write(0);
        number(Math.floorDiv(nanos, 1_000_000_000L), 4);
        number(Math.floorMod(nanos, 1_000_000_000L), 4);
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    private MessagePack header(int size, int fixed, int fixedMost, int wide) {
        if (size <= fixedMost) {
            out.write(fixed | size);
        } else {
            out.write(wide);
            number(size, 2);
        }
        return this;
    }

    private void number(long value, int bytes) {
        out.write(ByteBuffer.allocate(8).putLong(value).array(), 8 - bytes, bytes);
    }
}
