package io.wharf.images;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A tar written block by block, also one that no program would write. */
final class RawTar {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    RawTar file(String name, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return entry(name, '0', "", bytes.length).raw(bytes).pad();
    }

    RawTar folder(String name) {
        return entry(name, '5', "", 0);
    }

    RawTar link(String name, char flag, String target) {
        return entry(name, flag, target, 0);
    }

    RawTar entry(String name, char flag, String link, long size) {
        return entry(name, flag, link, String.format(Locale.ROOT, "%011o", size).getBytes(StandardCharsets.US_ASCII));
    }

    /** With the bytes of the size field as they are. */
    RawTar entry(String name, char flag, String link, byte[] size) {
        byte[] block = new byte[512];
        put(block, 0, name);
        put(block, 100, "0000644");
        put(block, 108, "0000000");
        put(block, 116, "0000000");
        System.arraycopy(size, 0, block, 124, size.length);
        put(block, 136, "00000000000");
        block[156] = (byte) flag;
        put(block, 157, link);
        put(block, 257, "ustar\00000");
        if (flag == '3' || flag == '4') {
            put(block, 329, "0000001");
            put(block, 337, "0000003");
        }
        return sealed(block);
    }

    RawTar sealed(byte[] block) {
        put(block, 148, "        ");
        int sum = 0;
        for (byte one : block) {
            sum += one & 0xff;
        }
        put(block, 148, String.format(Locale.ROOT, "%06o", sum) + '\0');
        return raw(block);
    }

    RawTar pax(String key, byte[] value) {
        int digits = 1;
        int body = key.length() + value.length + 3;
        while (Integer.toString(body + digits).length() != digits) {
            digits++;
        }
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        record.writeBytes((body + digits + " " + key + "=").getBytes(StandardCharsets.UTF_8));
        record.writeBytes(value);
        record.write('\n');
        return entry("pax", 'x', "", record.size()).raw(record.toByteArray()).pad();
    }

    RawTar pax(String key, String value) {
        return pax(key, value.getBytes(StandardCharsets.UTF_8));
    }

    RawTar raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    RawTar pad() {
        return raw(new byte[-out.size() & 511]);
    }

    static void put(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }

    byte[] bytes() {
        byte[] all = out.toByteArray();
        return java.util.Arrays.copyOf(all, all.length + 1024);
    }
}
