package io.wharf.tar;

import io.wharf.linux.Names;
import io.wharf.tar.TarEntry.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a tar: ustar, with PAX records only for what ustar cannot say. The same entries give the same bytes.
 *
 * <p>After {@link #begin} of a file its content is written to {@link #content}, exactly as long as announced; of one with
 * holes, what its extents hold.
 */
public final class TarWriter {
    private static final long OCTAL_11 = 1L << 33;
    private static final int OCTAL_7 = 1 << 21;
    private static final byte[] NO_MAP = {};
    private static final byte[] ZEROS = new byte[2 * TarReader.BLOCK];

    private final OutputStream out;
    private long open;

    public TarWriter(OutputStream out) {
        this.out = out;
    }

    /** Where an entry's content goes; not to be closed. */
    public OutputStream content() {
        return out;
    }

    public void begin(TarEntry entry) throws IOException {
        byte[] map = entry.sparse() == null ? NO_MAP : SparseMap.text(entry.sparse());
        long stored = map.length + (entry.sparse() == null ? entry.size() : entry.stored());
        Map<String, byte[]> pax = extensions(entry, stored);
        if (!pax.isEmpty()) {
            byte[] records = records(pax);
            header(
                    "PaxHeaders/" + shortened(lastOf(entry.name()), 80),
                    'x',
                    TarEntry.file("", 0644, 0),
                    records.length);
            out.write(records);
            pad(records.length);
        }
        header(shortened(entry.name(), 100), entry.kind().flag, entry, stored);
        out.write(map);
        open = stored;
    }

    /** Ends the current entry. */
    public void end() throws IOException {
        pad(open);
        open = 0;
    }

    public void whole(TarEntry entry, byte[] content) throws IOException {
        begin(entry);
        out.write(content);
        end();
    }

    /** Writes the end mark; the stream is the caller's to close. */
    public void finish() throws IOException {
        out.write(ZEROS);
    }

    private void pad(long size) throws IOException {
        out.write(ZEROS, 0, (int) (-size & (TarReader.BLOCK - 1)));
    }

    private static Map<String, byte[]> extensions(TarEntry entry, long stored) {
        Map<String, byte[]> pax = new TreeMap<>();
        if (entry.sparse() != null) {
            // GNU's format 1.0: readers that do not know it get the map as part of the file, and so see that it is one.
            pax.put("GNU.sparse.major", ascii("1"));
            pax.put("GNU.sparse.minor", ascii("0"));
            pax.put("GNU.sparse.name", Names.encode(entry.name()));
            pax.put("GNU.sparse.realsize", ascii(Long.toString(entry.size())));
        } else if (Names.encode(entry.name()).length > 100) {
            pax.put("path", Names.encode(entry.name()));
        }
        if (Names.encode(entry.link()).length > 100) {
            pax.put("linkpath", Names.encode(entry.link()));
        }
        if (stored >= OCTAL_11) {
            pax.put("size", ascii(Long.toString(stored)));
        }
        if (entry.uid() < 0 || entry.uid() >= OCTAL_7) {
            pax.put("uid", ascii(Integer.toUnsignedString(entry.uid())));
        }
        if (entry.gid() < 0 || entry.gid() >= OCTAL_7) {
            pax.put("gid", ascii(Integer.toUnsignedString(entry.gid())));
        }
        if (entry.nanos() != 0 || entry.seconds() < 0 || entry.seconds() >= OCTAL_11) {
            var time = java.math.BigDecimal.valueOf(entry.seconds())
                    .add(java.math.BigDecimal.valueOf(entry.nanos(), 9))
                    .stripTrailingZeros();
            pax.put("mtime", ascii(time.toPlainString()));
        }
        entry.xattrs().forEach((name, value) -> pax.put(PaxRecords.XATTR + name, value));
        return pax;
    }

    private static byte[] records(Map<String, byte[]> pax) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        pax.forEach((key, value) -> {
            byte[] name = key.getBytes(StandardCharsets.UTF_8);
            // The length counts its own digits.
            int bare = name.length + value.length + 3;
            int length = bare + Integer.toString(bare).length();
            length = bare + Integer.toString(length).length();
            bytes.writeBytes(ascii(length + " "));
            bytes.writeBytes(name);
            bytes.write('=');
            bytes.writeBytes(value);
            bytes.write('\n');
        });
        return bytes.toByteArray();
    }

    private void header(String name, char flag, TarEntry entry, long stored) throws IOException {
        byte[] block = new byte[TarReader.BLOCK];
        put(block, 0, name, 100);
        octal(block, 100, 8, entry.mode() & 07777);
        octal(block, 108, 8, within(entry.uid(), OCTAL_7));
        octal(block, 116, 8, within(entry.gid(), OCTAL_7));
        octal(block, 124, 12, within(stored, OCTAL_11));
        octal(block, 136, 12, within(entry.seconds(), OCTAL_11));
        block[156] = (byte) flag;
        put(block, 157, shortened(entry.link(), 100), 100);
        put(block, 257, "ustar", 6);
        put(block, 263, "00", 2);
        if (entry.kind() == Kind.CHARACTER_DEVICE || entry.kind() == Kind.BLOCK_DEVICE) {
            octal(block, 329, 8, within(entry.major(), OCTAL_7));
            octal(block, 337, 8, within(entry.minor(), OCTAL_7));
        }
        int sum = 8 * ' ';
        for (byte b : block) {
            sum += b & 0xff;
        }
        octal(block, 148, 7, sum);
        block[155] = ' ';
        out.write(block);
    }

    private static long within(long value, long limit) {
        return value < 0 || value >= limit ? 0 : value;
    }

    /** Digits up to the last byte, which stays zero. */
    private static void octal(byte[] block, int offset, int length, long value) {
        long left = value;
        for (int i = offset + length - 2; i >= offset; i--) {
            block[i] = (byte) ('0' + (left & 7));
            left >>>= 3;
        }
    }

    private static void put(byte[] block, int offset, String text, int limit) {
        byte[] bytes = Names.encode(text);
        System.arraycopy(bytes, 0, block, offset, Math.min(bytes.length, limit));
    }

    /** What old readers, which know no PAX, get of a name that is too long. */
    private static String shortened(String name, int limit) {
        byte[] bytes = Names.encode(name);
        return bytes.length <= limit ? name : Names.decode(bytes, bytes.length - limit, limit);
    }

    private static String lastOf(String name) {
        String trimmed = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
        return trimmed.substring(trimmed.lastIndexOf('/') + 1);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
