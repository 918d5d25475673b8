package io.wharf.tar;

import io.wharf.tar.TarEntry.Extent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The maps of files with holes, in GNU's four forms. */
final class SparseMap {
    /** Some megabytes of memory; an image of a disk rarely has as many. */
    private static final int EXTENT_LIMIT = 1 << 17;

    private SparseMap() {}

    /** The blocks that continue an old GNU header. */
    interface MoreBlocks {
        byte[] next() throws IOException;
    }

    /** Bytes at the start of the content; -1 at its end. */
    interface Content {
        int next() throws IOException;
    }

    /** The old GNU form: four extents in the header, 21 in each block that follows. */
    static List<Extent> ofHeader(byte[] header, MoreBlocks blocks) throws IOException {
        List<Extent> extents = new ArrayList<>();
        addAll(extents, header, 386, 4);
        boolean more = header[482] != 0;
        while (more) {
            byte[] block = blocks.next();
            addAll(extents, block, 0, 21);
            more = block[504] != 0;
            if (extents.size() > EXTENT_LIMIT) {
                throw TarReader.invalid();
            }
        }
        return extents;
    }

    private static void addAll(List<Extent> extents, byte[] block, int offset, int count) {
        for (int i = 0; i < count; i++) {
            int at = offset + i * 24;
            if (block[at] == 0) {
                return;
            }
            extents.add(new Extent(TarReader.number(block, at, 12), TarReader.number(block, at + 12, 12)));
        }
    }

    static List<Extent> ofPax(PaxRecords pax, Content content) throws IOException {
        List<Long> numbers = pax.hasMapInContent() ? numbers(content) : pax.extents();
        if (numbers.size() % 2 != 0 || numbers.size() > 2 * EXTENT_LIMIT) {
            throw TarReader.invalid();
        }
        List<Extent> extents = new ArrayList<>(numbers.size() / 2);
        for (int i = 0; i < numbers.size(); i += 2) {
            extents.add(new Extent(numbers.get(i), numbers.get(i + 1)));
        }
        return extents;
    }

    /** Format 1.0: a count, then offset and length of each extent, a line each. */
    private static List<Long> numbers(Content content) throws IOException {
        long count = line(content) * 2;
        if (count < 0 || count > EXTENT_LIMIT) {
            throw TarReader.invalid();
        }
        List<Long> numbers = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            numbers.add(line(content));
        }
        return numbers;
    }

    /** The map of format 1.0 as it stands before the content, filled up to a whole block. */
    static byte[] text(List<Extent> extents) {
        StringBuilder text = new StringBuilder().append(extents.size()).append('\n');
        extents.forEach(extent -> text.append(extent.offset())
                .append('\n')
                .append(extent.length())
                .append('\n'));
        byte[] lines = text.toString().getBytes(StandardCharsets.US_ASCII);
        return Arrays.copyOf(lines, (lines.length + TarReader.BLOCK - 1) / TarReader.BLOCK * TarReader.BLOCK);
    }

    private static long line(Content content) throws IOException {
        long value = 0;
        int next = content.next();
        while (next != '\n') {
            if (next < '0' || next > '9' || value > Long.MAX_VALUE / 10 - 10) {
                throw TarReader.invalid();
            }
            value = value * 10 + (next - '0');
            next = content.next();
        }
        return value;
    }

    /** Refuses maps that overlap, leave the file or do not fit what is stored. */
    static void check(List<Extent> extents, long size, long stored) {
        long end = 0;
        long sum = 0;
        if (size < 0) {
            throw TarReader.invalid();
        }
        for (Extent extent : extents) {
            if (extent.offset() < end || extent.length() < 0 || extent.offset() > size - extent.length()) {
                throw TarReader.invalid();
            }
            end = extent.offset() + extent.length();
            sum += extent.length();
        }
        if (sum != stored) {
            throw TarReader.invalid();
        }
    }
}
