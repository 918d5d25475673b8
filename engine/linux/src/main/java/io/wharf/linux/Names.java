package io.wharf.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * File names as Java strings and back, losing nothing.
 *
 * <p>A Linux name is bytes. Valid UTF-8 reads as such; any other byte 0x80–0xFF reads as the lone surrogate U+DC80 –
 * U+DCFF and is written back as that byte (the "surrogateescape" convention of PEP 383), so that a layer with Latin-1
 * names survives a round trip.
 */
public final class Names {
    private static final char ESCAPE = 0xDC00;

    private Names() {}

    public static String decode(byte[] name) {
        return decode(name, 0, name.length);
    }

    public static String decode(byte[] name, int offset, int length) {
        var decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
        try {
            return decoder.decode(ByteBuffer.wrap(name, offset, length)).toString();
        } catch (CharacterCodingException notUtf8) {
            return decodeEscaping(ByteBuffer.wrap(name, offset, length));
        }
    }

    private static String decodeEscaping(ByteBuffer in) {
        var decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
        var out = CharBuffer.allocate(in.remaining());
        while (in.hasRemaining()) {
            var result = decoder.decode(in, out, true);
            if (result.isError()) {
                for (var i = 0; i < result.length(); i++) {
                    out.put((char) (ESCAPE + (in.get() & 0xff)));
                }
                decoder.reset();
            }
        }
        return out.flip().toString();
    }

    public static byte[] encode(String name) {
        if (name.chars().noneMatch(c -> c >= 0xDC80 && c <= 0xDCFF)) {
            return name.getBytes(StandardCharsets.UTF_8);
        }
        var out = new java.io.ByteArrayOutputStream(name.length() + 16);
        for (var i = 0; i < name.length(); ) {
            var point = name.codePointAt(i);
            if (point >= 0xDC80 && point <= 0xDCFF) {
                out.write(point - ESCAPE);
            } else {
                out.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
            }
            i += Character.charCount(point);
        }
        return out.toByteArray();
    }

    /** Writes a name and its terminating zero into a buffer; the call's name is for the message only. */
    static void encode(String name, MemorySegment into, String call) {
        var length = name.length();
        var room = into.byteSize() - 1;
        for (var i = 0; i < length; i++) {
            var c = name.charAt(i);
            if (c >= 0x80 || i >= room) {
                encodeSlowly(name, into, call);
                return;
            }
            if (c == 0) {
                throw new LinuxException(call, Errno.EINVAL, name);
            }
            into.set(JAVA_BYTE, i, (byte) c);
        }
        into.set(JAVA_BYTE, length, (byte) 0);
    }

    private static void encodeSlowly(String name, MemorySegment into, String call) {
        var bytes = encode(name);
        if (bytes.length >= into.byteSize()) {
            throw new LinuxException(call, Errno.ENAMETOOLONG, name);
        }
        for (var b : bytes) {
            if (b == 0) {
                throw new LinuxException(call, Errno.EINVAL, name);
            }
        }
        MemorySegment.copy(bytes, 0, into, JAVA_BYTE, 0, bytes.length);
        into.set(JAVA_BYTE, bytes.length, (byte) 0);
    }
}
