package io.wharf.tar;

import io.wharf.base.WharfException;
import io.wharf.linux.Names;
import io.wharf.tar.TarEntry.Extent;
import io.wharf.tar.TarEntry.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar as a stream: ustar, GNU and PAX, with names and attribute values as bytes, which libraries that take them
 * for text spoil (a file capability is rarely valid UTF-8).
 *
 * <p>Every byte read is passed on to the recorder, if there is one, except contents that are kept elsewhere.
 */
public final class TarReader {
    public static final int BLOCK = 512;
    /** No sane name or attribute list is longer. */
    private static final int EXTENSION_LIMIT = 1 << 20;

    /** Headers that say something of the entry after them; more without an entry lead nowhere. */
    private static final int MOST_EXTENSIONS = 100;

    private static final int SKIP_CHUNK = 32 << 10;

    /** Keeps what is needed to make the very same bytes again. */
    public interface Recorder {
        void raw(byte[] bytes, int offset, int length) throws IOException;

        /** In place of so many bytes of content, which are kept as this file. */
        void file(String path, long size) throws IOException;

        /** CRC-32 of the content that {@link #file} announced, once it has passed. */
        default void fileEnd(int check) throws IOException {}
    }

    private final InputStream in;
    private final @Nullable Recorder recorder;
    private final byte[] header = new byte[BLOCK];
    private boolean begun;
    private final PaxRecords global = new PaxRecords();
    private final TarLimits.Count count;
    private long remaining;
    private int padding;
    private boolean contentRecorded = true;
    /** Of content that is kept elsewhere: tells later which file of a layer was damaged. */
    private final CRC32 check = new CRC32();

    private boolean ended;

    public TarReader(InputStream in, @Nullable Recorder recorder) {
        this(in, recorder, TarLimits.USUAL);
    }

    /** Refuses what goes beyond the limits before anything is made of it. */
    public TarReader(InputStream in, @Nullable Recorder recorder, TarLimits limits) {
        this.in = in;
        this.recorder = recorder;
        this.count = new TarLimits.Count(limits);
    }

    /** The next entry, or null at the end; what is left of the current one's content is passed over. */
    public @Nullable TarEntry next() throws IOException {
        String longName = null;
        String longLink = null;
        PaxRecords pax = new PaxRecords();
        for (int extensions = 0; extensions < MOST_EXTENSIONS; extensions++) {
            finishEntry();
            if (ended || !readHeader()) {
                ended = true;
                return null;
            }
            char flag = (char) (header[156] & 0xff);
            begin(number(124, 12));
            switch (flag) {
                case 'L' -> longName = text(extension());
                case 'K' -> longLink = text(extension());
                case 'x', 'X' -> pax.add(extension());
                case 'g' -> global.add(extension());
                default -> {
                    TarEntry entry = entry(flag, longName, longLink, PaxRecords.merged(global, pax));
                    count.entry(entry);
                    return entry;
                }
            }
        }
        throw invalid();
    }

    /** Reads the current entry's stored content; -1 at its end. */
    public int read(byte[] into, int offset, int length) throws IOException {
        if (remaining == 0) {
            return -1;
        }
        int count = in.read(into, offset, (int) Math.min(length, remaining));
        if (count < 0) {
            throw truncated();
        }
        remaining -= count;
        if (recorder != null) {
            if (contentRecorded) {
                recorder.raw(into, offset, count);
            } else {
                check.update(into, offset, count);
            }
        }
        return count;
    }

    /** Says that the current content is about to be kept as this file, so that the record need only name it. */
    public void contentKeptAs(String path) throws IOException {
        if (recorder != null) {
            recorder.file(path, remaining);
            check.reset();
            contentRecorded = remaining == 0;
        }
    }

    /** Reads what follows the end mark, so that a digest covers the whole stream. */
    public void drain() throws IOException {
        byte[] rest = new byte[SKIP_CHUNK];
        int count = in.read(rest);
        while (count >= 0) {
            if (recorder != null) {
                recorder.raw(rest, 0, count);
            }
            count = in.read(rest);
        }
    }

    private void begin(long size) {
        if (size < 0) {
            throw invalid();
        }
        remaining = size;
        padding = (int) (-size & (BLOCK - 1));
        contentRecorded = true;
    }

    private void finishEntry() throws IOException {
        if (remaining > 0) {
            byte[] rest = new byte[SKIP_CHUNK];
            while (remaining > 0) {
                if (read(rest, 0, rest.length) < 0) {
                    throw truncated();
                }
            }
        }
        if (!contentRecorded && recorder != null) {
            recorder.fileEnd((int) check.getValue());
            contentRecorded = true;
        }
        if (padding > 0) {
            // Into what the next header overwrites: an entry more or less allocates nothing.
            readFully(header, padding);
            padding = 0;
        }
    }

    private boolean readHeader() throws IOException {
        int have = 0;
        while (have < BLOCK) {
            int count = in.read(header, have, BLOCK - have);
            if (count < 0) {
                if (have == 0) {
                    return false;
                }
                // What is shorter than a header and the first of all was never a tar.
                throw begun ? truncated() : invalid();
            }
            have += count;
        }
        begun = true;
        record(header, BLOCK);
        int sum = 0;
        boolean blank = true;
        for (int i = 0; i < BLOCK; i++) {
            blank &= header[i] == 0;
            sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
        }
        if (blank) {
            return false;
        }
        if (number(148, 8) != sum) {
            throw invalid();
        }
        return true;
    }

    private byte[] extension() throws IOException {
        if (remaining > EXTENSION_LIMIT) {
            throw invalid();
        }
        byte[] bytes = new byte[(int) remaining];
        int have = 0;
        while (have < bytes.length) {
            int count = read(bytes, have, bytes.length - have);
            if (count < 0) {
                throw truncated();
            }
            have += count;
        }
        return bytes;
    }

    private TarEntry entry(char flag, @Nullable String longName, @Nullable String longLink, PaxRecords pax)
            throws IOException {
        boolean gnu = header[262] == ' ';
        boolean ustar = header[257] == 'u' && header[258] == 's' && header[259] == 't';
        String name = field(0, 100);
        if (ustar && !gnu && header[345] != 0) {
            name = field(345, 155) + "/" + name;
        }
        name = pax.text("GNU.sparse.name", pax.text("path", longName == null ? name : longName));
        Kind kind = kind(flag, name);
        // A link may carry a size that stands for its target and has no content.
        long stored = kind == Kind.FILE ? pax.number("size", remaining) : 0;
        begin(stored);
        long size = stored;
        List<Extent> sparse = null;
        if (flag == 'S') {
            sparse = SparseMap.ofHeader(header, () -> {
                byte[] more = new byte[BLOCK];
                readFully(more, BLOCK);
                return more;
            });
            size = number(483, 12);
        } else if (pax.isSparse()) {
            sparse = SparseMap.ofPax(pax, this::contentLine);
            // A 1.0 map is filled up to a whole block, counted within the content.
            skipContent((int) ((stored - remaining + BLOCK - 1) / BLOCK * BLOCK - (stored - remaining)));
            size = pax.number("GNU.sparse.realsize", pax.number("GNU.sparse.size", stored));
        }
        if (sparse != null) {
            SparseMap.check(sparse, size, remaining);
        }
        long[] time = pax.time("mtime", number(136, 12));
        return new TarEntry(
                name,
                kind,
                (int) number(100, 8) & 07777,
                (int) pax.number("uid", number(108, 8)),
                (int) pax.number("gid", number(116, 8)),
                size,
                remaining,
                time[0],
                (int) time[1],
                pax.text("linkpath", longLink == null ? field(157, 100) : longLink),
                ustar ? (int) number(329, 8) : 0,
                ustar ? (int) number(337, 8) : 0,
                pax.xattrs(),
                sparse);
    }

    private static Kind kind(char flag, String name) {
        return switch (flag) {
            case '1' -> Kind.HARD_LINK;
            case '2' -> Kind.SYMLINK;
            case '3' -> Kind.CHARACTER_DEVICE;
            case '4' -> Kind.BLOCK_DEVICE;
            case '5' -> Kind.DIRECTORY;
            case '6' -> Kind.FIFO;
            case '0', '\0', '7', 'S' -> name.endsWith("/") ? Kind.DIRECTORY : Kind.FILE;
            default -> throw WharfException.invalid("unhandled tar header type " + (int) flag);
        };
    }

    private int contentLine() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    private void skipContent(int count) throws IOException {
        byte[] rest = new byte[BLOCK];
        int left = count;
        while (left > 0) {
            int skipped = read(rest, 0, left);
            if (skipped < 0) {
                throw truncated();
            }
            left -= skipped;
        }
    }

    private void readFully(byte[] into, int length) throws IOException {
        if (in.readNBytes(into, 0, length) < length) {
            throw truncated();
        }
        record(into, length);
    }

    private void record(byte[] bytes, int length) throws IOException {
        if (recorder != null) {
            recorder.raw(bytes, 0, length);
        }
    }

    private String field(int offset, int length) {
        int end = offset;
        while (end < offset + length && header[end] != 0) {
            end++;
        }
        return Names.decode(header, offset, end - offset);
    }

    private static String text(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return Names.decode(bytes, 0, end);
    }

    private long number(int offset, int length) {
        return number(header, offset, length);
    }

    /** Octal digits, or GNU's base 256 where the top bit is set. */
    static long number(byte[] block, int offset, int length) {
        if ((block[offset] & 0x80) != 0) {
            long sign = (block[offset] & 0x40) != 0 ? -1 : 0;
            long value = sign << 6 | (block[offset] & 0x3f);
            for (int i = 1; i < length; i++) {
                if (value >> 55 != sign) {
                    throw invalid();
                }
                value = value << 8 | (block[offset + i] & 0xff);
            }
            return value;
        }
        long value = 0;
        boolean begun = false;
        for (int i = offset; i < offset + length; i++) {
            int digit = block[i] - '0';
            if (digit >= 0 && digit < 8) {
                value = value << 3 | digit;
                begun = true;
            } else if (begun || (block[i] != ' ' && block[i] != 0)) {
                if (block[i] != ' ' && block[i] != 0) {
                    throw invalid();
                }
                break;
            }
        }
        return value;
    }

    public static WharfException invalid() {
        return WharfException.invalid("archive/tar: invalid tar header");
    }

    public static WharfException truncated() {
        return WharfException.invalid("unexpected EOF");
    }
}
